"""Larkfield Grocers: a whole small shop that shows what xsell does for one."""
