"""What a campaign found, to be read: one HTML page, a table for the terminal, and the reasons to doubt both."""

from interrogate.report.amplified import amplified_lines, score_line
from interrogate.report.doubts import Doubt, reasons_to_doubt
from interrogate.report.findings import Findings
from interrogate.report.page import write_report
from interrogate.report.table import summary_table

__all__ = ["Doubt", "Findings", "amplified_lines", "reasons_to_doubt", "score_line", "summary_table", "write_report"]
