"""The bridge to django-oscar: `XSELL_ADAPTER = "xsell.contrib.oscar.adapter.OscarAdapter"`."""
