"""One migration file serves UUID keys, whatever the order in which apps are migrated."""

import os
import re
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.db import connection

from xsell.models import CoPurchase, ProductRelation

MIGRATE_ALONE = [sys.executable, "-m", "django", "migrate", "xsell", "--no-color"]


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_the_app_is_migrated_alone_from_zero():
    command = [*MIGRATE_ALONE, "--settings=tests.hosts.uuid_shop.settings"]
    # In memory, whatever the suite runs on: a database from zero that nobody has to make first.
    environment = os.environ | {"XSELL_DATABASE": "sqlite"}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    applied = re.findall(r"Applying (\S+)\.\.\. OK", run.stdout)
    assert applied.index("uuid_shop.0002_product") < applied.index("xsell.0001_initial")


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "name"), [(ProductRelation, "anchor"), (CoPurchase, "anchor")])
def test_a_product_s_key_has_the_column_type_of_the_product(model, name):
    column = model._meta.get_field(name)
    own = column.target_field
    assert column.db_type(connection) == own.db_type(connection)
    with connection.cursor() as cursor:
        types = {
            table: {it.name: it.type_code for it in describe(cursor, table)}
            for table in (model._meta.db_table, own.model._meta.db_table)
        }
    assert types[model._meta.db_table][column.column] == types[own.model._meta.db_table]["id"]


def describe(cursor, table):
    return connection.introspection.get_table_description(cursor, table)
