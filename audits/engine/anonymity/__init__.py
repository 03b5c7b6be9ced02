"""How anonymous a table is: k-anonymity, l-diversity and t-closeness, and the rows that break them.

    columns = {"age": encoded(ages), "region": encoded(regions)}
    report = assess(columns, {"illness": encoded(illnesses)}, policy=Policy(k=5, l=2))
    report.k, report.sensitive["illness"].distinct, report.breaking_rows

Plain Python over numpy, linear in the rows but for one sort where the attributes take very many values.
"""

from audits.engine.anonymity.assessment import Anonymity, Diversity, Policy, assess
from audits.engine.anonymity.classes import Column, encoded, grouped

__all__ = ["Anonymity", "Column", "Diversity", "Policy", "assess", "encoded", "grouped"]

VERSION = "1.0"
