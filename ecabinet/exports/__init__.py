"""Documents that leave the application: one description of headings, facts, tables and bars, written as XLSX, CSV or PDF."""
