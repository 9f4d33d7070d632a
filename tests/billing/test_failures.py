"""What is said of a failure, and which failures stop everything."""

import pytest
from django.db import DatabaseError, connection, transaction

from billing.exceptions import InvalidRequest
from billing.failures import describe_error, is_outage, one_at_a_time


def fail(sqlstate: str) -> DatabaseError:
    """The error of the database with this code."""
    statement = f"DO $$ BEGIN RAISE EXCEPTION 'Mara was here' USING ERRCODE = '{sqlstate}'; END $$"
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return caught.value


@pytest.mark.django_db
def test_a_deadlock_is_no_outage_and_a_lost_connection_is() -> None:
    assert not is_outage(fail("40P01"))
    assert is_outage(fail("57P01"))


@pytest.mark.django_db
def test_an_outage_is_not_left_alone() -> None:
    error = fail("57P01")

    with pytest.raises(type(error)), one_at_a_time("subscription sub_1"):
        raise error
    with one_at_a_time("subscription sub_1"):
        raise fail("40P01")


@pytest.mark.django_db
def test_what_the_provider_and_a_row_quote_is_not_said() -> None:
    refused = InvalidRequest("No such customer: mara@example.org", code="resource_missing", request="req_1")

    assert describe_error(refused) == "InvalidRequest: resource_missing, req_1"
    assert describe_error(InvalidRequest("mara@example.org")) == "InvalidRequest: no code"
    assert describe_error(fail("22P02")) == "DataError: 22P02"
    assert describe_error(ValueError("not whole")) == "ValueError: not whole"
