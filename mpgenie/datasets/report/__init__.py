"""One page that shows what is in a dataset: pictures, habits, places, and what the checks found.

`write_report` makes it; `gathering` counts, `globe` and `sheets` draw, `page` puts all together.
"""

from .page import write_report

__all__ = ["write_report"]
