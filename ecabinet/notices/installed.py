"""The ways out of the house that an installation has."""

from urllib.parse import urlsplit

from ecabinet.config import Config
from ecabinet.notices import mail, sms
from ecabinet.notices.deliveries import Carriers
from ecabinet.notices.models import Channel


def carriers_of(config: Config) -> Carriers:
    """Return what carries e-mails and text messages as the configuration says."""
    host = urlsplit(config.origins[0]).hostname or "localhost"
    return {
        Channel.EMAIL: mail.carrier_for(
            config.smtp_url, config.instance / "mail", sender=config.mail_sender, host=host
        ),
        Channel.SMS: sms.carrier_for(config.sms_url, config.sms_token, config.instance / "sms"),
    }
