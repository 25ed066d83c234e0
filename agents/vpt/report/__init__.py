"""One page about a model of inverse dynamics, and about what was learnt from its labels.

    results = report_idm([Path("out/idm")], mpgenie.open_dataset("held_out"), Path("out/report"))
    results["arms"] = [arm("labels of the model", scores), arm("true labels", others)]
    write_report(results, Path("out/report"))  # report.html, report.json and pictures

`results` is plain data, as JSON takes it.  What else may be added is said at `write_report`.
"""

from .arms import arm
from .measuring import report_idm
from .page import read_report, write_report

__all__ = ["arm", "read_report", "report_idm", "write_report"]
