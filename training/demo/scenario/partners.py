"""Colleagues, and partners with their people. All of them are made up."""

from training.demo.values import Colleague, Partner

COLLEAGUES = (
    Colleague(
        role="admin", name="Ines Moreau", email="admin@example.org", timezone="Europe/Dublin"
    ),
    Colleague(
        role="coordinator",
        name="Tomás Rivera",
        email="coordinator@example.org",
        timezone="Europe/Dublin",
    ),
)
TRAINERS = (
    Colleague(
        role="trainer",
        name="Wanjiru Kamau",
        email="wanjiru@example.org",
        timezone="Africa/Nairobi",
        about=(
            "Hosted live talks about hard subjects for six years, and now shows others how. "
            "Trains in English and Swahili."
        ),
    ),
    Colleague(
        role="trainer",
        name="Noah Williams",
        email="noah@example.org",
        timezone="America/Toronto",
        about="Led the night shift of a crisis line, and writes down what he learns.",
    ),
    Colleague(
        role="trainer", name="Camille Laurent", email="camille@example.org", timezone="Europe/Paris"
    ),
    Colleague(
        role="trainer", name="Rania Haddad", email="rania@example.org", timezone="Asia/Amman"
    ),
    Colleague(
        role="trainer",
        name="Kenji Watanabe",
        email="kenji@example.org",
        timezone="Asia/Tokyo",
    ),
)

PARTNERS = (
    Partner(
        name="Harbour Crisis Line",
        domain="harbour-crisis-line",
        country="AU",
        timezone="Australia/Sydney",
        people=(
            "Olivia Nguyen",
            "Jack Thompson",
            "Mia O'Brien",
            "Liam Kelly",
            "Zoe Papadopoulos",
            "Ethan Walker",
            "Ruby Singh",
            "Harry Clarke",
        ),
    ),
    Partner(
        name="Northern Lights Helpline",
        domain="northern-lights-helpline",
        country="CA",
        timezone="America/Toronto",
        people=(
            "Emma Tremblay",
            "Lucas Gagnon",
            "Sarah MacDonald",
            "Arjun Patel",
            "Chloe Bouchard",
            "Daniel Kim",
            "Grace Campbell",
            "Samuel Roy",
        ),
    ),
    Partner(
        name="Nairobi Youth Wellbeing Alliance",
        domain="nairobi-youth-wellbeing",
        country="KE",
        timezone="Africa/Nairobi",
        people=(
            "Amina Otieno",
            "Brian Mwangi",
            "Faith Achieng",
            "Kevin Kiptoo",
            "Mercy Wambui",
            "Peter Njoroge",
            "Halima Abdi",
            "Joseph Mutua",
        ),
    ),
    Partner(
        name="Alianza Escuchar",
        domain="alianza-escuchar",
        country="MX",
        timezone="America/Mexico_City",
        people=(
            "Sofía Hernández",
            "Diego Ramírez",
            "Valentina Cruz",
            "Mateo Flores",
            "Camila Ortega",
            "Emiliano Vargas",
            "Lucía Mendoza",
            "Santiago Ríos",
        ),
    ),
    Partner(
        name="Réseau Parole Ouverte",
        domain="reseau-parole-ouverte",
        country="FR",
        timezone="Europe/Paris",
        people=(
            "Léa Fournier",
            "Hugo Lefèvre",
            "Manon Girard",
            "Karim Benali",
            "Élodie Marchand",
            "Théo Rousseau",
            "Aïcha Diallo",
            "Nathan Petit",
        ),
    ),
    Partner(
        name="Lantern Alliance for Mental Health",
        domain="lantern-alliance",
        country="GB",
        timezone="Europe/London",
        people=(
            "Charlotte Evans",
            "Mohammed Hussain",
            "Amelia Wright",
            "Oluwaseun Adeyemi",
            "Isla Murray",
            "George Taylor",
            "Priya Sharma",
            "Rhys Davies",
        ),
    ),
    Partner(
        name="Shabakat Amal",
        domain="shabakat-amal",
        country="JO",
        timezone="Asia/Amman",
        people=(
            "Layla Haddad",
            "Omar Khalil",
            "Noor Suleiman",
            "Yousef Nasser",
            "Salma Barakat",
            "Tariq Mansour",
            "Hana Zayed",
            "Sami Awad",
        ),
        without_email=("Rasha Odeh", "Bilal Saleh"),
    ),
    Partner(
        name="Kokoro Dial",
        domain="kokoro-dial",
        country="JP",
        timezone="Asia/Tokyo",
        people=(
            "Haruka Sato",
            "Ren Takahashi",
            "Yui Nakamura",
            "Daichi Kobayashi",
            "Aoi Yamamoto",
            "Sora Ito",
            "Mei Fujita",
            "Takumi Mori",
        ),
    ),
)

#: A partner → seats that its people may use across the campaign.
ALLOTMENTS = {"harbour-crisis-line": 40, "lantern-alliance": 30}
#: Partners whose representative has an account.
SIGN_IN = ("harbour-crisis-line", "lantern-alliance")
#: A partner → another one, whose representative acts for both.
ALSO_REPRESENTED_BY = {"shabakat-amal": "lantern-alliance"}
