"""A vote in a real browser: two taps, the count, the close, on every tablet and the hall screen; a choice is never touched."""

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Opens
from tests.browser.device import PHONE, Device
from tests.browser.stage import QUESTION, Scene, Stage

MEMBERS = ("prime_minister", "health_minister", "finance_minister")


def ballot(tablet: Device, question: int | str) -> Locator:
    return tablet.page.locator(f'form[data-vote][data-question="{question}"]')


def choose(tablet: Device, question: int, choice: str) -> None:
    """The first of the two taps."""
    ballot(tablet, question).locator(f"label.vote-option.{choice}").click()


def send(tablet: Device) -> None:
    """The second."""
    tablet.button("Send ballot").click()


def seat(device: Opens, scene: Scene, *keys: str) -> list[Device]:
    tablets = [device(key) for key in keys]
    for tablet in tablets:
        tablet.follow(scene.page)
    return tablets


def paired_screen(device: Opens, secretary: Device, scene: Scene) -> Device:
    """A screen in the hall whose code the secretary has confirmed."""
    screen = device(None)
    code = (screen.open("/hall").locator(".hall-number").text_content() or "").replace(" ", "")
    page = secretary.open(f"{scene.page}/hall")
    page.get_by_label("Code on the screen").fill(code)
    secretary.button("Confirm the screen").click()
    expect(screen.page.locator(".hall-title")).to_have_text("Đề án cấp nước sạch vùng đồng bằng")
    return screen


def test_a_vote_goes_from_the_secretary_s_screen_over_the_tablets_to_the_hall(device: Opens, stage: Stage) -> None:
    scene = stage.running()
    secretary, chair, health, finance = seat(device, scene, "secretary", *MEMBERS)
    screen = paired_screen(device, secretary, scene)
    question = stage.question(scene.item)
    secretary.follow(scene.page)
    secretary.button("Show on the tablets").click()
    for tablet in (health, finance, chair):
        expect(tablet.page.get_by_text("Voting has not opened yet. You may already choose.")).to_be_visible()
        expect(tablet.page.locator('input[name="choice"]:checked')).to_have_count(0)
    expect(screen.page.get_by_text("Voting opens shortly.")).to_be_visible()
    choose(finance, question, "no")
    expect(finance.button("Send ballot")).to_be_disabled()
    chair.button("Open voting").click()
    choose(health, question, "yes")
    send(health)
    expect(health.page.get_by_text("Recorded: ballot no. 1")).to_be_visible()
    expect(finance.button("Send ballot")).to_be_enabled()
    send(finance)
    for tablet in (chair, secretary):
        expect(tablet.page.locator(f'[data-count-for="{question}"]')).to_have_text("2 of 6 ballots sent")
        expect(tablet.page.locator(".result, .bars")).to_have_count(0)
    expect(screen.page.locator(f'[data-count-for="{question}"]')).to_have_text("2 of 6 ballots sent")
    chair.button("Close voting").click()
    chair.confirm()
    for shown in (health, finance, chair, secretary, screen):
        expect(shown.page.locator(".result")).to_contain_text("1 of 6")
    assert sorted(stage.ballots(question)) == [("Bộ trưởng Bộ Tài chính", "no"), ("Bộ trưởng Bộ Y tế", "yes")]


def test_nothing_from_the_room_touches_a_half_made_choice(device: Opens, stage: Stage) -> None:
    scene = stage.running()
    question = stage.opened(scene.item)
    (tablet,) = seat(device, scene, "health_minister")
    form = ballot(tablet, question)
    choose(tablet, question, "other")
    form.get_by_label("Your opinion").fill("Giảm mức vốn, và")
    form.evaluate("form => { form.dataset.mark = 'mine' }")
    stage.leave(scene, "interior_minister")
    stage.question(scene.item, "Một câu hỏi khác?")
    other = stage.armed(scene.second_item)
    expect(tablet.page.locator("header .status")).to_contain_text("Present 5 of 6")
    expect(form).to_have_attribute("data-mark", "mine")
    expect(form.get_by_label("Your opinion")).to_have_value("Giảm mức vốn, và")
    expect(form.locator('input[value="other"]')).to_be_checked()
    assert other != question
    send(tablet)
    expect(tablet.page.get_by_text("Recorded: ballot no. 1")).to_be_visible()


def test_a_choice_that_is_being_made_is_there_again_after_a_reload(device: Opens, stage: Stage) -> None:
    scene = stage.running()
    question = stage.opened(scene.item)
    (tablet,) = seat(device, scene, "health_minister")
    choose(tablet, question, "abstain")
    tablet.page.reload()
    expect(ballot(tablet, question).locator('input[value="abstain"]')).to_be_checked()
    assert stage.ballots(question) == []


def test_other_opinion_asks_for_words_before_it_is_sent(device: Opens, stage: Stage) -> None:
    scene = stage.running()
    question = stage.opened(scene.item)
    (tablet,) = seat(device, scene, "health_minister")
    choose(tablet, question, "other")
    send(tablet)
    expect(tablet.page.get_by_text("Write your opinion first.")).to_be_visible()
    expect(ballot(tablet, question).get_by_label("Your opinion")).to_be_focused()
    assert stage.ballots(question) == []


def test_following_the_room_is_a_switch_and_waits_for_a_choice_that_is_being_made(device: Opens, stage: Stage) -> None:
    scene = stage.running()
    following, reading, choosing = seat(device, scene, "finance_minister", "justice_minister", "health_minister")
    question = stage.opened(scene.item)
    for tablet in (following, choosing):
        tablet.page.get_by_label("Follow the room").check()
    choose(choosing, question, "yes")
    stage.call(scene.second_item)
    expect(following.page.locator("h1")).to_have_text("Nghị định về dữ liệu số")
    for tablet in (reading, choosing):
        expect(tablet.page.get_by_text("Now: item 3")).to_be_visible()
        expect(tablet.page.locator("h1")).to_have_text("Đề án cấp nước sạch vùng đồng bằng")
    expect(ballot(choosing, question).locator('input[value="yes"]')).to_be_checked()


def test_a_member_votes_by_keyboard_alone_from_the_first_page(device: Opens, stage: Stage) -> None:
    scene = stage.running()
    question = stage.opened(scene.item)
    tablet = device("health_minister", has_touch=False)
    page, press = tablet.open("/"), tablet.page.keyboard.press
    press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    press("Enter")
    _tab_to(tablet, page.locator(f'main a[href="{scene.page}"]').first)
    press("Enter")
    page.wait_for_url(f"**{scene.page}")
    tablet.heard()
    _tab_to(tablet, ballot(tablet, question).locator('input[value="yes"]'))
    press("Space")
    _tab_to(tablet, tablet.button("Send ballot"))
    press("Enter")
    expect(page.get_by_text("Recorded: ballot no. 1")).to_be_visible()
    assert stage.ballots(question) == [("Bộ trưởng Bộ Y tế", "yes")]


def _tab_to(tablet: Device, wanted: Locator) -> None:
    """Press Tab until the element has the focus, as often as a person would bear."""
    for _press in range(60):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        tablet.page.keyboard.press("Tab")
    raise AssertionError("the element is not reached by Tab")


def test_on_a_phone_the_way_to_the_vote_is_one_tap_and_the_question_is_read_whole(device: Opens, stage: Stage) -> None:
    scene = stage.running()
    question = stage.opened(scene.item)
    phone = device("finance_minister", viewport=PHONE)
    page = phone.follow(scene.page)
    page.get_by_role("link", name="To the vote").click()
    expect(ballot(phone, question).get_by_text(QUESTION)).to_be_in_viewport()
    choose(phone, question, "no")
    send(phone)
    expect(page.get_by_text("Recorded: ballot no. 1")).to_be_visible()
