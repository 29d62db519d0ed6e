"""Messages in a real browser: what failed is sent again at a touch, and everybody chooses how they are reached."""

from playwright.sync_api import expect
from sqlalchemy import update

from ecabinet import clock, notices
from ecabinet.database import reading, transaction
from ecabinet.notices import Delivery, DeliveryState, Sentence
from ecabinet.organisation.models import Person
from tests.browser.conftest import Opens
from tests.browser.device import PHONE
from tests.browser.stage import Stage


def failed_message(stage: Stage) -> None:
    """Leave a message to the Minister of Health that failed."""
    minister = stage.world.person("health_minister")
    with transaction() as session:
        notices.tell(session, minister, Sentence.MATTER_LODGED, key=f"{clock.now()}", address="/", title="Đề án")
        session.execute(update(Delivery).values(state=DeliveryState.SENT))
        session.flush()
        newest = session.query(Delivery).order_by(Delivery.id.desc()).first()
        assert newest is not None
        newest.state, newest.trouble = DeliveryState.FAILED, "REFUSED:550"


def test_the_secretary_sends_a_failed_message_again(stage: Stage, device: Opens) -> None:
    failed_message(stage)
    secretary = device("secretary")
    page = secretary.open("/")
    page.get_by_role("link", name="Failed or uncertain: 1").click()
    expect(page.get_by_text("The server refused it (answer 550).")).to_be_visible()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("Everything arrived")).to_be_visible()


def test_a_member_chooses_on_a_phone_how_to_be_reached(stage: Stage, device: Opens) -> None:
    member = device("finance_minister", viewport=PHONE)
    page = member.open("/sign-in/account")
    messages = page.get_by_role("region", name="Messages", exact=True)
    messages.get_by_label("Mobile number").fill("0912 345 678")
    member.button("Save", within=messages).click()
    expect(messages.get_by_role("alert")).to_contain_text("country code")
    member.forgive("422")
    messages.get_by_label("Mobile number").fill("+84 912 345 678")
    messages.get_by_label("One e-mail a day").check()
    member.button("Save", within=messages).click()
    expect(messages.get_by_label("Mobile number")).to_have_value("+84912345678")
    with reading() as session:
        assert session.get_one(Person, stage.world.person("finance_minister")).digest
