"""Checks every string in a small language: that it can be read, and that the names in it exist where it stands."""

from __future__ import annotations

from collections.abc import Mapping

from definitions.checks.findings import Findings
from definitions.checks.scopes import Scopes, asked_of_several, unknown
from definitions.language import grammar, moment_parser, moments
from definitions.language.expressions import (
    Expression,
    ExpressionError,
    Template,
    compile_cached,
    template_cached,
)
from definitions.language.financial_year import EDGES
from definitions.language.names import NAMES, Parts
from definitions.models.definition import Definition, Step
from definitions.models.ladder import Ladder
from definitions.models.marks import Mark, marks
from definitions.models.step_order import predecessors_of, reachable
from definitions.source.document import KeyPath
from definitions.source.problems import nearest
from definitions.source.reader import CURLY


class Wording:
    """The check of one definition. `known_steps` also holds the ids of steps too broken to be looked at; `ordered`
    tells whether the steps have an order, without which nothing comes before anything."""

    def __init__(
        self, definition: Definition, findings: Findings, known_steps: frozenset[str], ordered: bool
    ) -> None:
        self.ordered = ordered
        self.definition, self.findings, self.known_steps = definition, findings, known_steps
        self.scopes = Scopes(definition)
        self.steps = {step.id: step for step in definition.steps}
        before = predecessors_of(definition.steps)
        self.ancestors = {step: reachable(step, before) for step in before}

    def check(self) -> None:
        """Fills the findings."""
        every = self.definition.launch.every
        if every is not None:
            anchors = {*self.definition.dates, *EDGES}
            self.findings.must_be_known(("launch", "every", "anchor"), every.anchor, anchors, "BD302", "date")
        for mark in marks(self.definition):
            match mark.language:
                case "expression":
                    self.expression(mark.path, mark.text)
                case "template":
                    self.template(mark.path, mark.text)
                case "moment":
                    self.moment(mark.path, mark.text)
                case "step":
                    self.step(mark)
                case "close_when":
                    self.close_when(mark)
                case "assign_at":
                    self.assign_at(mark)
                case "action":
                    self.action(mark)

    def expression(self, path: KeyPath, text: str) -> None:
        compiled = compiled_expression(self.findings, path, text)
        if compiled:
            self.names(path, compiled)

    def template(self, path: KeyPath, text: str) -> None:
        compiled = compiled_template(self.findings, path, text)
        if compiled and not compiled.plain:
            self.names(path, compiled)

    def names(self, path: KeyPath, compiled: Expression | Template) -> None:
        known = self.scopes.at(path)
        unknown_names(self.findings, path, compiled, known, self.known_steps)
        if path[0] != "steps":
            return
        here = self.definition.steps[int(path[1])]
        for reference in compiled.references:
            if len(reference.parts) > 1 and reference.parts[0] in ("answers", "values"):
                self.comes_before(path, here, reference.parts[1], ".".join(reference.parts[:2]))

    def comes_before(self, path: KeyPath, here: Step, other: str, word: str) -> None:
        """What is worked out or signed must be whole, so it comes from before. Elsewhere a step may look at one that
        runs beside it, as far as that has come; never at one that waits for it."""
        step = self.steps.get(other)
        unsure = not self.ordered or not self.ancestors[here.id] <= self.steps.keys()
        if unsure or step is None or other == here.id or step.on_demand or here.on_demand:
            return
        whole = path[2] in ("values", "signs")
        if here.id in self.ancestors[other]:
            self.findings.add(path, "BD403", f"{here.id} uses {word}, but {other} comes after it", word=word)
        elif whole and other not in self.ancestors[here.id]:
            message = f"{here.id} uses {word}, and {other} does not come before it; add it to 'after'"
            self.findings.add(path, "BD403", message, word=word)

    def moment(self, path: KeyPath, text: str) -> None:
        anchors = moment_names(self.findings, path, text)
        if path[0] == "launch" and path[1] == "every":
            every = self.definition.launch.every
            known = {*self.definition.dates, *EDGES, *([every.anchor] if every else [])}
        else:
            known = {*self.definition.dates, "launch"}
            if path[0] == "steps":
                known |= {"due", "opens", moments.PREVIOUS_CLOSED}
        for anchor in sorted(anchors):
            if anchor.endswith(".closed"):
                self.closed(path, anchor)
            elif anchor not in known:
                self.unknown_anchor(path, anchor, known)

    def unknown_anchor(self, path: KeyPath, anchor: str, known: set[str]) -> None:
        message = f"no date is called {anchor!r}"
        inputs = {each.id for each in self.definition.launch.inputs}
        if anchor in inputs:
            message += f"; name it under 'dates': {anchor}: {{is: inputs.{anchor}}}"
        self.findings.add(path, "BD302", message, nearest(anchor, known), word=anchor)

    def closed(self, path: KeyPath, anchor: str) -> None:
        other = anchor.removesuffix(".closed")
        if other not in self.known_steps:
            near = nearest(other, self.known_steps)
            suggestion = f"{near}.closed" if near else None
            self.findings.add(path, "BD301", f"there is no step {other!r}", suggestion, word=anchor)
        elif path[0] == "steps":
            here = self.definition.steps[int(path[1])]
            self.comes_before(path, here, other, anchor)

    def step(self, mark: Mark) -> None:
        if not self.findings.must_be_known(mark.path, mark.text, self.known_steps, "BD301", "step"):
            return
        here = self.definition.steps[int(mark.path[1])]
        key = mark.path[2]
        if mark.text == here.id:
            self.findings.add(
                mark.path, "BD605" if key != "after" else "BD401", f"{key!r} names the step itself"
            )
        elif key == "after":
            other = self.steps.get(mark.text)
            if other and other.on_demand and not here.on_demand:
                message = f"{mark.text} opens only on demand, so {here.id} might wait for ever"
                self.findings.add(mark.path, "BD405", message)
        elif mark.text in self.steps:
            self.comes_before(mark.path, here, mark.text, mark.text)

    def close_when(self, mark: Mark) -> None:
        try:
            rule = grammar.parse_close_when(mark.text)
        except grammar.GrammarError as error:
            self.findings.add(mark.path, "BD504", str(error))
            return
        here = self.definition.steps[int(mark.path[1])]
        if (
            rule.rule == "list size"
            and here.assigns
            and not (asked_of_several(here) and len(here.assigns) == 1)
        ):
            self.findings.add(mark.path, "BD605", "a share of the list size needs a step asked of practices")
        if rule.rule == "list size" and not 0 < rule.share <= 1:
            self.findings.add(mark.path, "BD504", "a share of the list size is between 0 and 100%")
        if rule.rule == "at least" and rule.count < 1:
            self.findings.add(mark.path, "BD504", "at least 1, or any")

    def assign_at(self, mark: Mark) -> None:
        try:
            found = grammar.parse_assign_at(mark.text)
        except grammar.GrammarError as error:
            self.findings.add(mark.path, "BD505", str(error))
            return
        if found.kind in ("practices in", "organisation"):
            self.expression(mark.path, found.argument)

    def action(self, mark: Mark) -> None:
        try:
            action = grammar.parse_action(mark.text)
        except grammar.GrammarError as error:
            self.findings.add(mark.path, "BD506", str(error))
            return
        here = self.definition.steps[int(mark.path[1])]
        if action.kind == "move":
            self.move(mark.path, action)
        elif action.kind != "stop" and self.findings.must_be_known(
            mark.path, action.target, self.known_steps, "BD301", "step"
        ):
            self.target(mark.path, here, action)

    def move(self, path: KeyPath, action: grammar.Action) -> None:
        self.expression(path, action.expression)
        dates = self.definition.dates
        if not self.findings.must_be_known(path, action.target, dates, "BD302", "date"):
            return
        if dates[action.target].external:
            self.findings.add(
                path, "BD404", f"{action.target} is external, and never moves", word=action.target
            )

    def target(self, path: KeyPath, here: Step, action: grammar.Action) -> None:
        target = self.steps.get(action.target)
        if target is None:
            return
        if action.kind == "open" and not target.on_demand:
            message = f"{target.id} opens in its order; only a step with 'on_demand: true' can be opened"
            self.findings.add(path, "BD605", message, word=target.id)
        later = self.ordered and here.id in self.ancestors[target.id]
        if action.kind == "reopen" and later and not (here.on_demand or target.on_demand):
            self.findings.add(
                path, "BD403", f"{target.id} comes after {here.id}, so it is not open yet", word=target.id
            )
        if (
            action.kind == "reopen"
            and action.for_practice
            and target.assigns
            and not asked_of_several(target)
        ):
            self.findings.add(path, "BD605", f"{target.id} is not asked of practices", word=target.id)


def compiled_expression(findings: Findings, path: KeyPath, text: str) -> Expression | None:
    """The expression, or None after noting why not."""
    try:
        return compile_cached(text)
    except ExpressionError as error:
        _not_compiled(findings, path, text, error)
        return None


def compiled_template(findings: Findings, path: KeyPath, text: str) -> Template | None:
    """The template, or None after noting why not."""
    try:
        return template_cached(text)
    except ExpressionError as error:
        _not_compiled(findings, path, text, error)
        return None


def _not_compiled(findings: Findings, path: KeyPath, text: str, error: ExpressionError) -> None:
    if curly := CURLY.search(text):
        message = f"{error.message}; curly quotes quote nothing, type straight ones"
        findings.add(path, error.code, message, error.suggestion, word=curly.group())
    elif error.word:
        findings.add(path, error.code, error.message, error.suggestion, word=error.word)
    else:
        findings.add_line(path, error.line, error.code, error.message)


def unknown_names(
    findings: Findings,
    path: KeyPath,
    compiled: Expression | Template,
    known: Mapping[str, Parts],
    broken: frozenset[str] = frozenset(),
) -> None:
    """Notes each name that is not known at its place. Steps named in `broken` are known, whatever is wrong with them."""
    wrong: set[tuple[str, ...]] = set()
    for reference in sorted(compiled.references, key=lambda each: each.parts[0] == "previous"):
        if len(reference.parts) > 1 and reference.parts[0] in ("answers", "values"):
            inner = known.get(reference.parts[0])
            if inner and inner.parts is not None and reference.parts[1] in broken - inner.parts.keys():
                continue
        found = unknown(reference, known)
        if found and not (reference.parts[0] == "previous" and reference.parts[1:] in wrong):
            # "X differs from previous" names X twice; once is enough to say that it is wrong.
            wrong.add(reference.parts)
            findings.add(path, "BD303", found.message, found.suggestion, word=found.word)


def moment_names(findings: Findings, path: KeyPath, text: str) -> frozenset[str]:
    """The anchors of a moment; none after noting that it cannot be read."""
    try:
        return moments.names(moment_parser.parse(text))
    except moments.MomentError as error:
        findings.add_column(path, error.column, "BD503", error.message, error.suggestion)
        return frozenset()


#: What a rung may count from. The last three are dates a definition may have; where it has none, the rung is left out.
RUNG_DATES = frozenset({"due", "opens", "launch", "external_deadline", "board", "board_date"})


def check_ladder(ladder: Ladder, findings: Findings) -> None:
    """Checks the strings of a ladder."""
    for mark in marks(ladder):
        if mark.language == "moment":
            for anchor in sorted(moment_names(findings, mark.path, mark.text) - RUNG_DATES):
                message = f"a rung counts from {', '.join(sorted(RUNG_DATES))}, not from {anchor!r}"
                findings.add(mark.path, "BD302", message, nearest(anchor, RUNG_DATES), word=anchor)
        elif mark.language == "expression":
            if expression := compiled_expression(findings, mark.path, mark.text):
                unknown_names(findings, mark.path, expression, NAMES["rung"])
        elif template := compiled_template(findings, mark.path, mark.text):
            unknown_names(findings, mark.path, template, NAMES["rung"])
