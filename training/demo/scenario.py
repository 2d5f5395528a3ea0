"""The demo's people, partners, courses and sessions. All of them are made up.

Modelled on what platforms do in a mental health awareness month: partners who help people in
crisis learn to use live video, moderation, advertising and the platform's own safety tools.
"""

from training.demo.values import Colleague, CourseText, Partner, SessionText, Sitting
from training.sessions.values import Audience, Delivery, SessionStatus

CAMPAIGN_NAME = "Mental Health Awareness Month"
CAMPAIGN_SLUG = "mental-health-awareness-month"
CAMPAIGN_HASHTAG = "TalkAboutIt"

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
    ),
    Colleague(
        role="trainer", name="Noah Williams", email="noah@example.org", timezone="America/Toronto"
    ),
    Colleague(
        role="trainer", name="Camille Laurent", email="camille@example.org", timezone="Europe/Paris"
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
)

COURSES = (
    CourseText(
        slug="safer-livestreams",
        title="Safer livestreams",
        summary="Prepare, host and moderate live video about hard subjects.",
        description=(
            "Live video reaches people at the moment they need somebody. This course is about "
            "hosting it so that nobody comes to harm.\n\n"
            "- Before: words to use and to avoid, trigger notes, a second person off screen\n"
            "- Live: comment filters, blocked words, pausing comments, ending a stream\n"
            "- Afterwards: what to keep, what to delete, looking after the host"
        ),
    ),
    CourseText(
        slug="crisis-response-online",
        title="Crisis response online",
        summary="What to do in the first hour when somebody posts that they are in danger.",
        description=(
            "From the first report to the handover to a crisis line: who decides, who answers, "
            "and what is written down.\n\n"
            "- Recognising urgency in a post, a comment and a message\n"
            "- Escalation on the platform, and outside it\n"
            "- Exercises with real timelines, shortened and made anonymous"
        ),
    ),
    CourseText(
        slug="moderating-hard-conversations",
        title="Moderating hard conversations",
        summary="Keep a comment section open without letting it hurt anyone.",
        description=(
            "Two sittings with practice in between. Bring a comment thread of your own, with the "
            "names taken out.\n\n"
            "- House rules that people read\n"
            "- Answering, hiding, removing: when to do which\n"
            "- Looking after moderators"
        ),
    ),
    CourseText(
        slug="ads-that-reach-people",
        title="Ads that reach people who need help",
        summary="Use ad credits so that somebody searching for help finds you.",
        description=(
            "How to plan, write and measure a campaign with the credits that partners receive.\n\n"
            "- Audiences, without targeting illness\n"
            "- Texts and pictures that follow safe messaging guidelines\n"
            "- Reading the numbers, and knowing when to stop"
        ),
    ),
    CourseText(
        slug="working-with-creators",
        title="Working with creators",
        summary="Brief creators so that their reach does good.",
        description=(
            "Creators know their audience, you know the subject. How to bring both together.\n\n"
            "- A briefing on one page\n"
            "- Reviewing a draft without taking it over\n"
            "- What to agree on before something goes wrong"
        ),
    ),
    CourseText(
        slug="accessible-video",
        title="Accessible video for helplines",
        summary="Captions, contrast, sign language: short videos that everybody can follow.",
        description=(
            "Hands-on: bring a video of at most a minute, and leave with one that works without "
            "sound and without pictures.\n\n"
            "- Captions that keep up\n"
            "- Describing what can only be seen\n"
            "- Plain language"
        ),
    ),
)

SESSIONS = (
    SessionText(
        course="safer-livestreams",
        title="Safer livestreams: questions and practice",
        timezone="Africa/Nairobi",
        sittings=None,
        capacity=15,
        trainer=0,
        groups=(4, 3),
        alone=5,
    ),
    SessionText(
        course="safer-livestreams",
        title="Safer livestreams for beginners",
        timezone="Europe/London",
        sittings=(Sitting(day=2, time="15:00", minutes=60),),
        capacity=16,
        trainer=2,
        groups=(5, 3),
        alone=6,
    ),
    SessionText(
        course="crisis-response-online",
        title="Crisis response online: the first hour",
        timezone="Africa/Nairobi",
        sittings=(Sitting(day=3, time="10:00", minutes=90),),
        capacity=8,
        waitlist_capacity=10,
        trainer=0,
        groups=(4,),
        alone=6,
        alone_today=2,
    ),
    SessionText(
        course="crisis-response-online",
        title="Crisis response online: exercises in the room",
        delivery=Delivery.IN_PERSON,
        timezone="Australia/Sydney",
        sittings=(Sitting(day=9, time="09:30", minutes=240),),
        capacity=14,
        venue="Wharf House, 12 Example Street, Sydney",
        room="Training room 2",
        trainer=1,
        groups=(4,),
        alone=3,
    ),
    SessionText(
        course="moderating-hard-conversations",
        title="Moderating hard conversations, in two parts",
        timezone="America/Toronto",
        sittings=(
            Sitting(day=4, time="13:00", minutes=120),
            Sitting(day=9, time="13:00", minutes=120),
        ),
        capacity=24,
        trainer=1,
        groups=(3, 2),
        alone=4,
    ),
    SessionText(
        course="crisis-response-online",
        title="Crisis response online: evening repeat",
        timezone="Pacific/Auckland",
        sittings=(Sitting(day=5, time="18:30", minutes=90),),
        capacity=20,
        trainer=1,
        status=SessionStatus.CANCELLED,
        alone=3,
    ),
    SessionText(
        course="safer-livestreams",
        title="Transmisiones en vivo más seguras",
        description=(
            "Cómo preparar, conducir y moderar un video en vivo sobre temas difíciles sin que "
            "nadie salga lastimado. Con ejemplos y tiempo para preguntas."
        ),
        language="es",
        timezone="America/Mexico_City",
        sittings=(Sitting(day=6, time="11:00", minutes=90),),
        capacity=30,
        trainer=2,
        groups=(5,),
        alone=2,
    ),
    SessionText(
        course="safer-livestreams",
        title="Des directs plus sûrs",
        description=(
            "Préparer, animer et modérer une vidéo en direct sur des sujets difficiles, sans "
            "mettre personne en danger. Dans la salle ou à distance."
        ),
        language="fr",
        delivery=Delivery.HYBRID,
        timezone="Europe/Paris",
        sittings=(Sitting(day=7, time="14:00", minutes=120),),
        capacity=25,
        venue="Maison des associations, 3 rue de l’Exemple, Paris",
        room="Salle Simone",
        trainer=2,
        groups=(5,),
        alone=1,
    ),
    SessionText(
        course="ads-that-reach-people",
        title="Ads that reach people who need help",
        audience=Audience.PARTNERS,
        timezone="America/New_York",
        sittings=(Sitting(day=8, time="12:00", minutes=75),),
        capacity=40,
        trainer=1,
        groups=(3, 2),
    ),
    SessionText(
        course="working-with-creators",
        title="Working with creators: a briefing on one page",
        timezone="Asia/Kolkata",
        sittings=(Sitting(day=10, time="16:30", minutes=60),),
        capacity=None,
        trainer=2,
        groups=(2,),
        alone=4,
    ),
    SessionText(
        course="accessible-video",
        title="Vídeos acessíveis para linhas de ajuda",
        description=(
            "Legendas, contraste e linguagem simples: vídeos curtos que todas as pessoas "
            "conseguem acompanhar. Traga um vídeo de até um minuto."
        ),
        language="pt-BR",
        timezone="America/Sao_Paulo",
        sittings=(Sitting(day=11, time="10:00", minutes=90),),
        capacity=20,
        trainer=2,
        alone=3,
    ),
    SessionText(
        course="accessible-video",
        title="Accessible video for helplines",
        timezone="Africa/Johannesburg",
        sittings=(Sitting(day=16, time="10:00", minutes=90),),
        capacity=30,
        trainer=0,
        opens_on_day=5,
    ),
    SessionText(
        course="moderating-hard-conversations",
        title="Schwierige Gespräche moderieren",
        description=(
            "Hausregeln, die gelesen werden, und wann man antwortet, ausblendet oder löscht. "
            "Mit Übungen an eigenen Beispielen."
        ),
        language="de",
        timezone="Europe/Berlin",
        sittings=(Sitting(day=13, time="09:00", minutes=120),),
        capacity=18,
        trainer=2,
        alone=2,
    ),
    SessionText(
        course="working-with-creators",
        title="Working with creators: what to agree on first",
        timezone="Europe/London",
        sittings=(Sitting(day=18, time="14:00", minutes=60),),
        capacity=20,
        trainer=0,
        status=SessionStatus.DRAFT,
    ),
)
