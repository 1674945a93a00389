"""Commands on the taxonomy file: check, diff, apply, merge, crosswalk, gaps."""

from pathlib import Path
from typing import Annotated

import typer

from reviewmine.cli.app import taxonomy_app
from reviewmine.cli.options import AsOf, Map, Out, Sources, reviews_in, say

TaxonomyFile = Annotated[Path, typer.Argument(metavar="TAXONOMY", help="The taxonomy file.")]


@taxonomy_app.command("check")
def check(path: TaxonomyFile) -> None:
    """Validate a taxonomy file and list what is doubtful in it; exit 1 when an error is found."""
    from reviewmine.taxonomy.check import check_taxonomy
    from reviewmine.taxonomy.model import load_taxonomy

    taxonomy = load_taxonomy(path)
    findings = check_taxonomy(taxonomy)
    for finding in findings:
        print(f"{finding.level}: {finding.code}: {finding.what}")
    errors = sum(finding.level == "error" for finding in findings)
    say(
        f"taxonomy check: {path}: {len(taxonomy.types)} types in {len(taxonomy.groups)} groups, "
        f"{errors} errors, {len(findings) - errors} warnings"
    )
    if errors:
        raise typer.Exit(1)


@taxonomy_app.command("diff")
def diff(
    old_path: Annotated[Path, typer.Argument(metavar="A", help="The earlier file.")],
    new_path: Annotated[Path, typer.Argument(metavar="B", help="The later file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the operations as one JSON object.")] = False,
    language: Annotated[str, typer.Option(help="Language of the lines: ru or en; by default that of B.")] = "",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Also write the operations as a file for taxonomy apply.")
    ] = None,
) -> None:
    """List what leads from A to B: new types, renames, merges, splits, moves, edits."""
    import json

    from reviewmine.files import write_text
    from reviewmine.taxonomy.diff import describe, diff_taxonomies
    from reviewmine.taxonomy.model import load_taxonomy
    from reviewmine.taxonomy.operations import operations_data, operations_text

    old, new = load_taxonomy(old_path), load_taxonomy(new_path)
    operations = diff_taxonomies(old, new)
    if out:
        write_text(out, operations_text(operations))
    if as_json:
        found = {"from": old.version, "to": new.version, "operations": operations_data(operations)}
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for line in describe(operations, old, new, language or new.language):
        print(line)
    where = f" in {out}" if out else ""
    say(f"taxonomy diff: {old.version} -> {new.version}: {len(operations)} operations{where}")


@taxonomy_app.command("apply")
def apply(
    path: TaxonomyFile,
    operations_path: Annotated[Path, typer.Argument(metavar="OPERATIONS", help="A YAML list of operations.")],
    out: Out,
) -> None:
    """Carry out operations, all or none: OUT (it may be the file itself) has their lineage and the new version."""
    from reviewmine.taxonomy.apply import apply_operations
    from reviewmine.taxonomy.edit import read_source, write_source
    from reviewmine.taxonomy.model import load_taxonomy
    from reviewmine.taxonomy.operations import load_operations

    before = load_taxonomy(path)
    operations = load_operations(operations_path)
    applied = apply_operations(read_source(path), operations, str(path))
    write_source(out, applied.text)
    for line in applied.done:
        print(line)
    say(
        f"taxonomy apply: {len(applied.done)} operations, {before.version} -> {applied.taxonomy.version}, "
        f"{len(before.codes)} -> {len(applied.taxonomy.codes)} types in use in {out}"
    )


@taxonomy_app.command("merge")
def merge(
    curated_path: Annotated[Path, typer.Argument(metavar="CURATED", help="The file that people edit.")],
    draft_path: Annotated[
        Path, typer.Argument(metavar="DRAFT", help="The draft of a discovery; evidence is taken from beside it.")
    ],
    out: Out,
) -> None:
    """Add the new types of DRAFT to CURATED as drafts with evidence; nothing that a person wrote changes."""
    from reviewmine.taxonomy.edit import read_source, write_source
    from reviewmine.taxonomy.merge import merge_draft, read_evidence
    from reviewmine.taxonomy.model import load_taxonomy

    before, draft = load_taxonomy(curated_path), load_taxonomy(draft_path)
    merged = merge_draft(read_source(curated_path), draft, read_evidence(draft_path), str(curated_path))
    write_source(out, merged.text)
    titles = {one.code: one.title for one in draft.types}
    types = {one.id: one for one in merged.taxonomy.types}
    for name in merged.added:
        print(f"new: {types[name].code}: {types[name].title}")
    for code, known in merged.known.items():
        print(f"known: {titles[code]} is {known}")
    for code, title in merged.declined.items():
        print(f"declined before: {titles[code]} is «{title}»")
    say(
        f"taxonomy merge: {len(draft.types)} types of {draft_path}: {len(merged.added)} new, {len(merged.known)} known, "
        f"{len(merged.declined)} declined before; {before.version} -> {merged.taxonomy.version} in {out}"
    )


@taxonomy_app.command("crosswalk")
def crosswalk_rows(
    old_path: Annotated[Path, typer.Argument(metavar="A", help="The taxonomy of the rows.")],
    new_path: Annotated[Path, typer.Argument(metavar="B", help="The taxonomy to express them under.")],
    rows_path: Annotated[Path, typer.Argument(metavar="ROWS", help="Scored or labelled rows: .csv, .jsonl, .parquet.")],
    out: Out,
    from_version: Annotated[
        str | None, typer.Option(help="The rows are of this earlier version of A, known by its lineage.")
    ] = None,
    column: Annotated[str | None, typer.Option(help="The column of types; by default types, else type.")] = None,
) -> None:
    """Re-express rows of A under B, a row for each type with its weight, and say how sure each split is."""
    from reviewmine.files import read_table, write_json, write_table
    from reviewmine.taxonomy.crosswalk import crosswalk
    from reviewmine.taxonomy.model import load_taxonomy
    from reviewmine.taxonomy.versions import as_of

    old, new = load_taxonomy(old_path), load_taxonomy(new_path)
    if from_version:
        old = as_of(old, from_version)
    found = crosswalk(read_table(rows_path), old, new, column)
    write_table(out, found.frame)
    summary_path = out.with_name(f"{out.name}.crosswalk.json")
    write_json(summary_path, found.summary)
    for how, n in found.summary["ways"].items():
        print(f"{how}: {n:g}")
    for split in found.summary["splits"]:
        parts = ", ".join(f"{code} {n['value']:g} ({n['low']:g}–{n['high']:g})" for code, n in split["into"].items())
        print(f"split {split['type']}: {parts}")
    say(
        f"taxonomy crosswalk: {found.summary['n_reviews']} reviews, {old.version} -> {new.version}: "
        f"{found.summary['n_rows']} rows in {out}, summary in {summary_path}"
    )


@taxonomy_app.command("gaps")
def gaps(
    path: TaxonomyFile,
    sources: Sources,
    out: Out,
    discovery: Annotated[
        Path | None, typer.Option(help="The folder of a discovery of these reviews, whose topics are then taken.")
    ] = None,
    labelled_column: Annotated[
        str, typer.Option(help="The column of types, several joined by |, where there is one.")
    ] = "types",
    scored: Annotated[
        Path | None, typer.Option(help="Scored rows: the types of those that were routed alone count as labels.")
    ] = None,
    map_path: Map = None,
    as_of: AsOf = None,
) -> None:
    """Propose what to change: new types, splits, merges, conflicts, dead types. OUT as .json, its operations as .yaml."""
    from reviewmine.files import write_json, write_text
    from reviewmine.taxonomy.model import load_taxonomy
    from reviewmine.workflow.gaps import gaps_of

    taxonomy = load_taxonomy(path)
    found = gaps_of(reviews_in(sources, map_path, as_of), taxonomy, labelled_column, scored, discovery)
    json_path, operations_path = out.with_suffix(".json"), out.with_suffix(".yaml")
    write_json(json_path, found.to_json())
    write_text(operations_path, found.operations_text())
    for rank, one in enumerate(found.proposals, start=1):
        share = f"{one.share['value']:.1%} ({one.share['low']:.1%}–{one.share['high']:.1%})"
        print(f"{rank:>3} {one.kind:<8} {one.title}: {one.n} reviews, {share}; {one.operation['op']}")
    known = "with a type" if found.by_people else "that the words of a type find"
    say(
        f"taxonomy gaps: {found.n_reviews} reviews, {found.n_labelled} {known}, {found.n_unknown} with an unknown code: "
        f"{len(found.proposals)} proposals in {json_path}, operations in {operations_path}"
    )
