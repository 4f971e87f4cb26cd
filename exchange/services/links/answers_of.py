"""What a visitor can say, as codes: the face seals them, the worker reads them."""

OPENED = "opened"
ACCEPTED = "accepted"
NOT_OURS = "not-ours"
SAID = "said"

REPORT = "report"
"""An agency sent its report, or a newer version of it."""
DECLINED = "declined"
PASSED_ON = "passed-on"
"""An agency named the colleague who is to answer."""
