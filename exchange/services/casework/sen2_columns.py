"""Tables and columns of the SEN2 person-level return, as public readers of it name them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Row = Mapping[str, str]
"""One row: column -> value; a column that is left out is empty."""

TABLES: Mapping[str, Sequence[str]] = {
    "person": (
        "persontableid",
        "surname",
        "forename",
        "personbirthdate",
        "sex",
        "ethnicity",
        "postcode",
        "upn",
        "uniquelearnernumber",
        "upnunknown",
    ),
    "requests": (
        "requeststableid",
        "persontableid",
        "receiveddate",
        "requestsource",
        "rya",
        "requestoutcomedate",
        "requestoutcome",
        "requestmediation",
        "requesttribunal",
        "exported",
    ),
    "assessment": (
        "assessmenttableid",
        "requeststableid",
        "assessmentoutcome",
        "assessmentoutcomedate",
        "assessmentmediation",
        "assessmenttribunal",
        "othermediation",
        "othertribunal",
        "week20",
    ),
    "namedplan": (
        "namedplantableid",
        "assessmenttableid",
        "startdate",
        "planres",
        "planwbp",
        "pb",
        "oa",
        "dp",
        "ceasedate",
        "ceasereason",
    ),
    "plandetail": (
        "plandetailtableid",
        "namedplantableid",
        "urn",
        "ukprn",
        "sensetting",
        "sensettingother",
        "placementrank",
        "senunitindicator",
        "resourcedprovisionindicator",
    ),
    "activeplans": (
        "activeplanstableid",
        "requeststableid",
        "transferla",
        "reviewmeeting",
        "reviewoutcome",
        "reviewdraft",
        "phasetransferduedate",
        "phasetransferfinaldate",
        "lastreview",
    ),
    "senneed": ("senneedtableid", "activeplanstableid", "sentype", "sentyperank"),
}
"""Columns by table, in order."""
