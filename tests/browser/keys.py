"""A page without a mouse: each control is reached by Tab, and shows that it is."""

from playwright.sync_api import Locator, Page, expect

# More stops than any page of the journey has.
STOPS = 150
SHOWS_FOCUS = """control => {
    const style = getComputedStyle(control);
    const outlined = style.outlineStyle !== "none" && style.outlineWidth !== "0px";
    return outlined || style.boxShadow !== "none";
}"""


def reach(page: Page, control: Locator) -> None:
    """Press Tab until a control has the focus; it must show that it has."""
    expect(control).to_be_visible()
    handle = control.element_handle()
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        if handle.evaluate("control => control === document.activeElement"):
            assert handle.evaluate(SHOWS_FOCUS), f"nothing shows the focus: {control}"
            return
    raise AssertionError(f"{control} on {page.url} is not reached in {STOPS} stops")


def write(page: Page, label: str, text: str) -> None:
    """Go to the field of a label and type into it."""
    reach(page, page.get_by_label(label, exact=True))
    page.keyboard.type(text)


def press(page: Page, control: Locator) -> None:
    """Go to a link or a button and press it."""
    reach(page, control)
    page.keyboard.press("Enter")
