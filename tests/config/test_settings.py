"""What the environment may say, and what is refused at the start."""

import multiprocessing
import secrets
import stat
from pathlib import Path

import pytest

from training.config import ConfigError, load

GOOD_KEY = "vN3x-9qLw_Tz5RkB7mYc2HdPfJ8sGaUe4Wo6Xi1E"
OTHER_KEY = "Kq7_zP2mVd9-LrX4tYw8BnC6hJfG3sEaUi5Ro1Tx"
PRODUCTION = {
    "TRAINING_BASE_URL": "https://training.example.org",
    "TRAINING_SECRET_KEY": GOOD_KEY,
    "TRAINING_TRUSTED_HOSTS": "training.example.org",
}


def problems(environ: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load(environ)
    return caught.value.problems


def test_nothing_set_serves_this_machine_only(tmp_path: Path) -> None:
    settings = load({"TRAINING_INSTANCE": str(tmp_path)})

    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.is_https is False
    assert settings.trusted_hosts == ("127.0.0.1", "localhost", "::1")
    assert settings.trusted_proxies == ()
    assert settings.debug is False
    assert settings.smtp_url is None
    assert settings.mail_from == "training@127.0.0.1"
    assert settings.uid_domain == "training.invalid"
    assert settings.site_name == "Training"
    assert settings.locale == "en"
    assert settings.redis_url is None
    assert settings.reply_to is None
    assert settings.imap_url is None
    assert settings.imap_password_file is None
    assert settings.authserv_id is None
    assert settings.sqlite_path == tmp_path / "training.sqlite"


def test_production_is_taken_when_nothing_is_missing(tmp_path: Path) -> None:
    settings = load(
        PRODUCTION
        | {
            "TRAINING_INSTANCE": str(tmp_path),
            "TRAINING_BASE_URL": "https://Training.example.org/",
            "TRAINING_SECRET_KEY_FALLBACKS": OTHER_KEY,
            "TRAINING_TRUSTED_HOSTS": "training.example.org, .example.net [2001:db8::1]",
            "TRAINING_TRUSTED_PROXIES": "10.0.0.0/8 192.0.2.7",
            "TRAINING_DEBUG": "off",
            "TRAINING_SMTP_URL": "smtps://u:p%40ss@mail.example.org",
            "TRAINING_MAIL_FROM": "Training <training@example.org>",
            "TRAINING_REPLY_TO": "help@example.org",
            "TRAINING_IMAP_URL": "imaps://answers:p%40ss@mail.example.org/INBOX",
            "TRAINING_IMAP_PASSWORD_FILE": str(tmp_path / "imap"),
            "TRAINING_AUTHSERV_ID": "MX.example.org",
            "TRAINING_UID_DOMAIN": "Example.org",
            "TRAINING_SITE_NAME": "Partner training",
            "TRAINING_LOCALE": "pt-BR",
            "TRAINING_REDIS_URL": "rediss://:p%40ss@redis.example.org:6380/1",
        }
    )

    assert settings.base_url == "https://training.example.org"
    assert settings.is_https is True
    assert settings.secret_keys == (GOOD_KEY, OTHER_KEY)
    assert settings.trusted_hosts == ("training.example.org", ".example.net", "2001:db8::1")
    assert settings.trusted_proxies == ("10.0.0.0/8", "192.0.2.7")
    assert settings.debug is False
    assert settings.smtp_url == "smtps://u:p%40ss@mail.example.org"
    assert settings.mail_from == "Training <training@example.org>"
    assert settings.reply_to == "help@example.org"
    assert settings.imap_url == "imaps://answers:p%40ss@mail.example.org/INBOX"
    assert settings.imap_password_file == tmp_path / "imap"
    assert settings.authserv_id == "mx.example.org"
    assert settings.uid_domain == "example.org"
    assert settings.site_name == "Partner training"
    assert settings.locale == "pt-BR"
    assert settings.redis_url == "rediss://:p%40ss@redis.example.org:6380/1"
    assert "p%40ss" not in repr(settings)
    assert list(tmp_path.iterdir()) == []


def test_production_says_everything_that_is_missing_at_once() -> None:
    found = problems({"TRAINING_BASE_URL": "https://training.example.org", "TRAINING_DEBUG": "1"})

    assert [problem.partition(":")[0] for problem in found] == [
        "TRAINING_TRUSTED_HOSTS",
        "TRAINING_DEBUG",
        "TRAINING_SECRET_KEY",
    ]


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        pytest.param("short-but-Random9x", "has 18 characters, and needs 32 or more", id="short"),
        pytest.param("a" * 64, "repeats itself, so it is easy to guess", id="one-letter"),
        pytest.param("4fG9-xQ2bLz" * 4, "repeats itself, so it is easy to guess", id="repeated"),
        pytest.param(
            "please-CHANGE-ME-before-you-go-live-9137",
            "is a well-known text, not a random one",
            id="well-known",
        ),
        pytest.param(
            "my-super-secret-key-for-training-2026",
            "is a well-known text, not a random one",
            id="secret",
        ),
    ],
)
def test_production_refuses_a_weak_secret_key(key: str, reason: str) -> None:
    (problem,) = problems(PRODUCTION | {"TRAINING_SECRET_KEY": key})
    (of_fallback,) = problems(PRODUCTION | {"TRAINING_SECRET_KEY_FALLBACKS": f"{OTHER_KEY} {key}"})

    assert problem.startswith(f"TRAINING_SECRET_KEY: {reason}. Make one with: python3 -c")
    assert of_fallback == (
        f"TRAINING_SECRET_KEY_FALLBACKS: its key number 2 {reason}. What it signed can be "
        "forged; leave it out."
    )
    assert key not in problem


def test_the_printed_recipe_makes_a_key_that_is_taken() -> None:
    keys = {secrets.token_urlsafe(48) for _ in range(200)}
    hexadecimal = {secrets.token_hex(32) for _ in range(200)}

    for key in keys | hexadecimal:
        assert load(PRODUCTION | {"TRAINING_SECRET_KEY": key}).secret_keys == (key,)


@pytest.mark.parametrize(
    ("environ", "problem"),
    [
        pytest.param(
            {"TRAINING_SECRET_KY": "x"},
            "TRAINING_SECRET_KY: is no setting of Training. Did you mean TRAINING_SECRET_KEY?",
            id="misspelt-name",
        ),
        pytest.param(
            {"TRAINING_COLOUR_OF_THE_SKY": "blue"},
            "TRAINING_COLOUR_OF_THE_SKY: is no setting of Training.",
            id="unknown-name",
        ),
        pytest.param(
            {"TRAINING_DEBUG": "maybe"},
            "TRAINING_DEBUG: 'maybe' is neither on nor off.",
            id="switch",
        ),
        pytest.param(
            {"TRAINING_BASE_URL": "training.example.org"},
            "TRAINING_BASE_URL: 'training.example.org' is not an address like "
            "https://training.example.org.",
            id="address-without-scheme",
        ),
        pytest.param(
            {"TRAINING_BASE_URL": "http://localhost:eighty"},
            "TRAINING_BASE_URL: 'http://localhost:eighty' is not an address like "
            "https://training.example.org.",
            id="address-with-a-bad-port",
        ),
        pytest.param(
            {"TRAINING_BASE_URL": "http://localhost/training"},
            "TRAINING_BASE_URL: 'http://localhost/training' must end after the host and port: "
            "the site has a host of its own.",
            id="address-with-a-path",
        ),
        pytest.param(
            {"TRAINING_BASE_URL": "http://training.example.org"},
            "TRAINING_BASE_URL: 'http://training.example.org' is plain http, which only "
            "127.0.0.1, localhost, ::1 may use. Everywhere else passwords and names would travel "
            "readable: use https.",
            id="http-for-others",
        ),
        pytest.param(
            {"TRAINING_TRUSTED_HOSTS": "*"},
            "TRAINING_TRUSTED_HOSTS: '*' would trust every name. Write each host, or "
            ".example.org for all below it.",
            id="every-host",
        ),
        pytest.param(
            {"TRAINING_TRUSTED_HOSTS": "https://example.org"},
            "TRAINING_TRUSTED_HOSTS: 'https://example.org' is not a name like "
            "training.example.org.",
            id="host-with-a-scheme",
        ),
        pytest.param(
            {"TRAINING_TRUSTED_PROXIES": "10.0.0.1/8"},
            "TRAINING_TRUSTED_PROXIES: '10.0.0.1/8' is neither an address nor a network like "
            "10.0.0.0/8.",
            id="network-with-host-bits",
        ),
        pytest.param(
            {"TRAINING_TRUSTED_PROXIES": "::/0"},
            "TRAINING_TRUSTED_PROXIES: '::/0' would trust everybody. Name your proxy's address.",
            id="every-proxy",
        ),
        pytest.param(
            {"TRAINING_DATABASE_URL": "mysql://u:topsecret@db/training"},
            "TRAINING_DATABASE_URL: asks for 'mysql'; SQLite and PostgreSQL are supported.",
            id="another-engine",
        ),
        pytest.param(
            {"TRAINING_DATABASE_URL": "sqlite://"},
            "TRAINING_DATABASE_URL: must name a file: a database in memory is lost at every "
            "restart.",
            id="memory",
        ),
        pytest.param(
            {"TRAINING_DATABASE_URL": "sqlite:////tmp/x.sqlite?mode=ro"},
            "TRAINING_DATABASE_URL: takes no options behind the file's name: Training sets what "
            "it needs.",
            id="sqlite-options",
        ),
        pytest.param(
            {"TRAINING_DATABASE_URL": "training.sqlite"},
            "TRAINING_DATABASE_URL: is not an address like "
            "sqlite:////var/lib/training/training.sqlite or "
            "postgresql://training@db.example.org/training.",
            id="file-name-only",
        ),
        pytest.param(
            {"TRAINING_SMTP_URL": "mail.example.org:25"},
            "TRAINING_SMTP_URL: is not an address like smtps://user:password@mail.example.org.",
            id="mail-server",
        ),
        pytest.param(
            {"TRAINING_IMAP_URL": "imap://answers:secret@mail.example.org"},
            "TRAINING_IMAP_URL: is not an address like "
            "imaps://user:password@mail.example.org/INBOX. Mailboxes are read over an encrypted "
            "connection only.",
            id="mailbox",
        ),
        pytest.param(
            {"TRAINING_IMAP_URL": "imaps://mail.example.org/a%0D%0Ab"},
            "TRAINING_IMAP_URL: is not an address like "
            "imaps://user:password@mail.example.org/INBOX. Mailboxes are read over an encrypted "
            "connection only.",
            id="mailbox-of-nobody",
        ),
        pytest.param(
            {"TRAINING_AUTHSERV_ID": "mx.example.org; dmarc=pass"},
            "TRAINING_AUTHSERV_ID: 'mx.example.org; dmarc=pass' is not a name like mx.example.org.",
            id="authserv-id",
        ),
        pytest.param(
            {"TRAINING_REPLY_TO": "Help desk"},
            "TRAINING_REPLY_TO: 'Help desk' is not an address like Training "
            "<training@example.org>.",
            id="reply-to",
        ),
        pytest.param(
            {"TRAINING_MAIL_FROM": "Training"},
            "TRAINING_MAIL_FROM: 'Training' is not an address like Training "
            "<training@example.org>.",
            id="sender",
        ),
        pytest.param(
            {"TRAINING_UID_DOMAIN": "example org"},
            "TRAINING_UID_DOMAIN: 'example org' is not a name like training.example.org.",
            id="uid-domain",
        ),
        pytest.param(
            {"TRAINING_SITE_NAME": "two\nlines"},
            "TRAINING_SITE_NAME: must be one line of at most 80 characters.",
            id="site-name",
        ),
        pytest.param(
            {"TRAINING_LOCALE": "tlh-XX-nope"},
            "TRAINING_LOCALE: 'tlh-XX-nope' is not a language like en or pt-BR.",
            id="locale",
        ),
        pytest.param(
            {"TRAINING_SECRET_KEY_FALLBACKS": OTHER_KEY},
            "TRAINING_SECRET_KEY_FALLBACKS: is set without TRAINING_SECRET_KEY, which signs.",
            id="fallbacks-only",
        ),
        pytest.param(
            PRODUCTION | {"TRAINING_TRUSTED_HOSTS": "www.example.org"},
            "TRAINING_TRUSTED_HOSTS: does not contain training.example.org, the host of "
            "TRAINING_BASE_URL, so every link in a mail would be refused.",
            id="own-host-not-trusted",
        ),
    ],
)
def test_a_mistake_is_named_with_its_variable(environ: dict[str, str], problem: str) -> None:
    assert problems(environ) == (problem,)


def test_a_variable_that_one_command_reads_itself_is_known(tmp_path: Path) -> None:
    settings = load({"TRAINING_INSTANCE": str(tmp_path), "TRAINING_ADMIN_PASSWORD": "x"})

    assert settings.instance == tmp_path


def test_kubernetes_variables_of_a_service_named_training_are_left_alone(tmp_path: Path) -> None:
    settings = load(
        {
            "TRAINING_INSTANCE": str(tmp_path),
            "TRAINING_SERVICE_HOST": "10.0.0.9",
            "TRAINING_PORT": "tcp://10.0.0.9:80",
            "TRAINING_PORT_80_TCP_ADDR": "10.0.0.9",
        }
    )

    assert settings.instance == tmp_path


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        pytest.param("sqlite:///other.sqlite", "sqlite:///{0}/other.sqlite", id="relative"),
        pytest.param("sqlite:////srv/a.sqlite", "sqlite:////srv/a.sqlite", id="absolute"),
        pytest.param(
            "postgresql://u:p%40ss@db/training",
            "postgresql+psycopg://u:p%40ss@db/training",
            id="postgresql",
        ),
        pytest.param("postgres:///t?host=/run", "postgresql+psycopg:///t?host=%2Frun", id="short"),
    ],
)
def test_the_database_may_be_a_file_or_postgresql(given: str, meant: str, tmp_path: Path) -> None:
    settings = load({"TRAINING_INSTANCE": str(tmp_path), "TRAINING_DATABASE_URL": given})

    assert settings.database_url == meant.format(tmp_path)
    assert settings.is_sqlite is given.startswith("sqlite")


def test_no_secret_is_in_what_a_log_would_show() -> None:
    settings = load(
        PRODUCTION
        | {
            "TRAINING_DATABASE_URL": "postgresql://u:topsecret@db/training",
            "TRAINING_SMTP_URL": "smtps://u:topsecret@mail.example.org",
            "TRAINING_IMAP_URL": "imaps://u:topsecret@mail.example.org",
        }
    )

    assert GOOD_KEY not in repr(settings)
    assert "topsecret" not in repr(settings)


def test_a_missing_key_is_made_once_and_kept_for_its_owner_only(tmp_path: Path) -> None:
    instance = tmp_path / "new" / "instance"

    first = load({"TRAINING_INSTANCE": str(instance)})
    second = load({"TRAINING_INSTANCE": str(instance)})

    assert len(first.secret_keys[0]) == 64
    assert second.secret_keys == first.secret_keys
    assert [path.name for path in instance.iterdir()] == ["secret_key"]
    assert stat.S_IMODE((instance / "secret_key").stat().st_mode) == 0o600


def test_a_passing_key_leaves_no_file(tmp_path: Path) -> None:
    settings = load({"TRAINING_INSTANCE": str(tmp_path / "none")}, keep_secret=False)

    assert len(settings.secret_keys[0]) == 64
    assert list(tmp_path.iterdir()) == []


def test_an_emptied_key_file_is_not_replaced_silently(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("\n")

    (problem,) = problems({"TRAINING_INSTANCE": str(tmp_path)})

    assert problem.startswith(
        f"TRAINING_INSTANCE: the file {tmp_path}/secret_key holds no secret key."
    )
    assert (tmp_path / "secret_key").read_text() == "\n"


def test_an_instance_that_is_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    found = problems({"TRAINING_INSTANCE": str(tmp_path / "file")})

    assert found == (
        f"TRAINING_INSTANCE: no secret key can be kept in {tmp_path}/file: Not a directory.",
    )


def _key_of(instance: str) -> str:
    return load({"TRAINING_INSTANCE": instance}).secret_keys[0]


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        keys = [set(pool.map(_key_of, [str(tmp_path / str(n))] * 8, 1)) for n in range(10)]

    assert [len(made) for made in keys] == [1] * 10
    assert len(list(tmp_path.rglob("*key*"))) == 10
