"""The courses that the platform of the demo gives its partners.

Modelled on what platforms do in a mental health awareness month: partners who help people in
crisis learn to use live video, moderation, advertising and the platform's own safety tools.
"""

from training.demo.values import CourseText

COURSES = (
    CourseText(
        slug="safer-livestreams",
        title="Safer livestreams",
        summary="Prepare, host and moderate live video about hard subjects.",
        for_whom="Whoever hosts or moderates live video for a partner; no experience needed.",
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
        for_whom="People who read messages and comments, at any hour.",
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
        for_whom="Moderators and community managers with a comment section of their own.",
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
        for_whom="Whoever spends, or will spend, a partner’s ad credits.",
        description=(
            "How to plan, write and measure a campaign with the credits that partners receive.\n\n"
            "- Audiences, without targeting illness\n"
            "- Texts and pictures that follow safe messaging guidelines\n"
            "- Reading the numbers, and knowing when to stop"
        ),
        builds_on=("safer-livestreams",),
    ),
    CourseText(
        slug="working-with-creators",
        title="Working with creators",
        summary="Brief creators so that their reach does good.",
        for_whom="Staff who plan campaigns together with creators.",
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
        for_whom="Whoever makes or orders video for a partner.",
        description=(
            "Hands-on: bring a video of at most a minute, and leave with one that works without "
            "sound and without pictures.\n\n"
            "- Captions that keep up\n"
            "- Describing what can only be seen\n"
            "- Plain language"
        ),
    ),
    CourseText(
        slug="looking-after-your-team",
        title="Looking after your team",
        summary="Rotas, debriefings and limits for people who read hard things all day.",
        for_whom="Team leads of people who hear hard things every day.",
        description=(
            "For team leads. Who answers messages about suicide needs somebody who asks how they "
            "are, and time that is really free.\n\n"
            "- A rota that survives illness and holidays\n"
            "- Debriefing in ten minutes\n"
            "- Signs that somebody should pause, and how to say so"
        ),
    ),
    CourseText(
        slug="privacy-on-a-helpline",
        title="Privacy on a helpline",
        summary="What may be written down, shared and kept, and what must not.",
        for_whom="Whoever answers, writes down or manages what people tell a helpline.",
        description=(
            "People tell helplines what they tell nobody else. This course is about deserving "
            "it.\n\n"
            "- Notes that help the next colleague and nobody else\n"
            "- Screenshots, exports, and phones that get lost\n"
            "- Answering a request for deletion"
        ),
    ),
)
