"""Tutor groups: who is in them, and who teaches them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovTextInput
from wtforms.fields import HiddenField, SelectMultipleField, StringField
from wtforms.validators import InputRequired

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.errors import Conflict, UsageError
from exchange.services.class_sheet import (
    Group,
    class_pupils,
    group_of,
    groups,
    put_group,
    remove_group,
)
from exchange.services.people.account import all_accounts
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.paging import Paging, number_of

SIZE = 50


class GroupForm(PageForm):
    """A group's name, teachers and children."""

    name = StringField(
        "Name of the group",
        description="For example, 7B.",
        widget=GovTextInput(),
        validators=[InputRequired("Give the group a name.")],
    )
    teachers = SelectMultipleField(
        "Who teaches it? They see its class sheet.", widget=GovCheckboxesInput(), choices=[]
    )
    pupils = SelectMultipleField("Children", widget=GovCheckboxesInput(), choices=[])
    version = HiddenField()


def listed() -> Any:
    """Show the groups, and make one."""
    return _edit(None)


def one(group: str) -> Any:
    """Change a group, or remove it."""
    with inside().store.reading(org_id()) as unit:
        found = group_of(unit, group)
    if request.method == "POST" and request.form.get("remove") == "1":
        remove_group(inside(), org_id(), group, actor())
        flash("The group was removed. Its children stay.")
        return redirect(url_for("arrivals.groups"))
    return _edit(found)


def _edit(group: Group | None) -> Any:
    form, changed = GroupForm(), False
    with inside().store.reading(org_id()) as unit:
        known, children = groups(unit), class_pupils(unit)
    form.pupils.choices = children
    form.teachers.choices = _teachers()
    # A button of another page sends the form along, so that ticks stay; nothing is saved.
    turned = request.form.get("page", "")
    if not turned and form.validate_on_submit():
        try:
            put_group(
                inside(),
                org_id(),
                group.group_id if group else None,
                str(form.name.data),
                form.teachers.data or [],
                form.pupils.data or [],
                actor(),
                based_on=form.version.data or "",
            )
        except Conflict:
            if group is None:
                raise
            changed = True
            with inside().store.reading(org_id()) as unit:
                group = group_of(unit, group.group_id)
            _show(form, group)  # the ticks that stand, with the version that they are of
        except UsageError as error:
            form.refuse(error, "name")
        else:
            flash("The group was saved.")
            return redirect(url_for("arrivals.groups"))
    elif request.method == "GET" and group is not None:
        _show(form, group)
    paging = Paging(number_of(turned or request.form.get("here", "1")), SIZE, len(children))
    html = render_template(
        "arrivals/groups.html",
        form=form,
        known=known,
        group=group,
        changed=changed,
        paging=paging,
        elsewhere=_on_page(form, paging, children),
    )
    return html, 409 if changed else 200


def _on_page(form: GroupForm, paging: Paging, children: Sequence[tuple[str, str]]) -> list[str]:
    """Let the form offer the children of one page; return who of the others is ticked."""
    offered = list(paging.of(children))
    form.pupils.choices = offered
    here = {pupil_id for pupil_id, _ in offered}
    known = {pupil_id for pupil_id, _ in children}
    return [one for one in dict.fromkeys(form.pupils.data or []) if one in known - here]


def _show(form: GroupForm, group: Group) -> None:
    """Put a group as it is kept into its form."""
    form.name.data = group.name
    form.teachers.data = sorted(group.teachers)
    form.pupils.data = sorted(group.pupils)
    form.version.data = str(group.version)


def _teachers() -> list[tuple[str, str]]:
    """Return the people of this school who hold the role of a teacher."""
    now = inside().clock.now()
    with inside().store.reading(NODE) as unit:
        found = [
            (one.account_id, one.name)
            for one in all_accounts(unit)
            if Role.TEACHER in one.roles_at(org_id(), now)
        ]
    return sorted(found, key=lambda one: one[1].casefold())
