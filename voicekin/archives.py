"""Answers for an archive as a Parquet dataset, with features to answer again from, and a report on the dataset.

    with voicekin.archives.DatasetWriter(Path("calls.parquet")) as dataset:
        for answer in recogniser.classify(files, features=True):
            dataset.add(answer)

pyarrow is needed: pip install 'voicekin[archives]'.
"""

from desktop_app.engine.archives.dataset import SCHEMA, Dataset, DatasetWriter, checked_dataset
from desktop_app.engine.archives.report import report, write_report

__all__ = ["SCHEMA", "Dataset", "DatasetWriter", "checked_dataset", "report", "write_report"]
