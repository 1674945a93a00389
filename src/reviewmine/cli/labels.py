"""Commands on labels: make them from rules, choose what to label, check, exchange, merge and migrate them."""

from pathlib import Path
from typing import Annotated

import typer

from reviewmine.cli.app import app
from reviewmine.cli.options import AsOf, ExperimentFile, Map, NoMask, Out, Set, Sources, reviews_in, say

labels_app = typer.Typer(no_args_is_help=True, help="Who said what type: make, choose, check and exchange labels.")
app.add_typer(labels_app, name="labels")

LabelFiles = Annotated[list[Path], typer.Argument(metavar="LABELS...", help="Files of labels, one a line (JSONL).")]
SHARES = {"coverage": 9, "overlap": 8, "conflict": 9, "accuracy": 9}
"""Columns of shares that `weak` prints, and their widths."""
TaxonomyOption = Annotated[Path, typer.Option("--taxonomy", help="The taxonomy file.")]


@labels_app.command("weak")
def weak(
    sources: Sources,
    out: Annotated[Path, typer.Option("--out", "-o", help="The file of labels; it is replaced.")],
    taxonomy: TaxonomyOption,
    table: Annotated[
        Path | None,
        typer.Option(help="What each source and rule catches, misses and is worth: .csv, .jsonl, .parquet."),
    ] = None,
    rules: Annotated[Path | None, typer.Option(help="A YAML file of rules of tokens beside the patterns.")] = None,
    map_path: Map = None,
    as_of: AsOf = None,
    no_mask: NoMask = False,
) -> None:
    """Label reviews by what the taxonomy says of its types: patterns, definitions, examples; rating and field deny kinds."""
    from reviewmine.taxonomy.model import load_taxonomy
    from reviewmine.workflow.labels_weak import label_weakly

    reviews = reviews_in(sources, map_path, as_of)
    found = label_weakly(reviews, load_taxonomy(taxonomy), out, table, rules, mask=not no_mask)
    print(f"{'source':<14} {'reviews':>8} {'coverage':>9} {'overlap':>8} {'conflict':>9} {'accuracy':>9}")
    for row in found.table[found.table["what"] == "source"].to_dict("records"):
        shares = "".join(f" {row[name]:>{width}.3f}" for name, width in SHARES.items())
        print(f"{row['name']:<14} {row['reviews']:>8}{shares}")
    say(f"labels weak: {found.line}; {out}{f', rules in {table}' if table else ''}")


@labels_app.command("agreement")
def agreement(
    labels: LabelFiles,
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder for agreement.json and agreement.md.")],
    taxonomy: Annotated[Path | None, typer.Option(help="The taxonomy file: types get codes and titles.")] = None,
    gaps: Annotated[
        Path | None, typer.Option(help="The .json of taxonomy gaps, whose proposals are named beside.")
    ] = None,
    unasked_is_no: Annotated[
        bool, typer.Option("--unasked-is-no", help="Each labeller saw every type: what was not taken is a no.")
    ] = False,
) -> None:
    """Measure how far people agree, overall and per type, and list the types whose definitions need mending."""
    from reviewmine.workflow.labels_agreement import write_agreement

    found = write_agreement(labels, out, taxonomy, gaps, unasked_is_no=unasked_is_no)
    shown = [
        f"{name} {found[key]['value']:.3f} ({found[key]['low']:.3f}–{found[key]['high']:.3f})"
        for key, name in (("decisions", "alpha of decisions"), ("sets", "of whole reviews"))
        if found[key]
    ]
    say(
        f"labels agreement: {len(found['people'])} people, {found['n_reviews']} reviews in common: "
        f"{', '.join(shown) or 'no figure exists'}; "
        f"{found['n_rules']} labels of rules left out; {len(found['mend'])} definitions to mend in {out / 'agreement.md'}"
    )


@labels_app.command("queue")
def queue(
    model: Annotated[str, typer.Argument(metavar="BUNDLE|none", help="The folder of a bundle, or the word none.")],
    sources: Sources,
    out: Out,
    labels: Annotated[list[Path] | None, typer.Option(help="A file of labels given so far; several times.")] = None,
    n: Annotated[int, typer.Option("-n", min=1, help="How many reviews.")] = 50,
    taxonomy: Annotated[
        Path | None, typer.Option("--taxonomy", help="The taxonomy file, where there is no bundle.")
    ] = None,
    curve: Annotated[
        bool, typer.Option("--advice", help="Say by the learning curve whether more labels pay; about twelve fits.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Of the random part and of the clusters.")] = 0,
    map_path: Map = None,
    as_of: AsOf = None,
    no_mask: NoMask = False,
) -> None:
    """Choose the reviews to label next: unsure, unlike each other, rare types among them, a part at random."""
    from reviewmine.labels.merge import merged
    from reviewmine.labels.store import read_labels
    from reviewmine.workflow.labelling import advice, queue_labels

    told = merged(*map(read_labels, labels or [])).labels
    reviews = reviews_in(sources, map_path, as_of)
    found = queue_labels(reviews, out, n, model, taxonomy, told, seed=seed, mask=not no_mask)
    if curve:
        say(advice(reviews, found.taxonomy, told, seed))
    ways = ", ".join(f"{n_rows} {why}" for why, n_rows in found.rows["why"].value_counts(sort=False).items())
    say(f"labels queue: {len(reviews)} reviews, {found.n_done} with a label: {len(found.rows)} in {out} ({ways})")


@labels_app.command("audit")
def audit(
    path: ExperimentFile,
    out: Out,
    changes: Set = None,
    no_mask: NoMask = False,
) -> None:
    """List the labels of an experiment, the likeliest wrong ones first, with nearest reviews and the expected gain."""
    from reviewmine.workflow.labelling import audit_labels

    found = audit_labels(path, changes or [], out, mask=not no_mask, say=say)
    for line in found.lines:
        print(line)
    say(f"labels audit: {len(found.rows)} labels, about {found.expected:.0f} wrong ones expected, in {out}")


@labels_app.command("export")
def export(
    sources: Sources,
    out: Annotated[Path, typer.Option("--out", "-o", help="TASKS.json for Label Studio, or SHEET.xlsx, SHEET.csv.")],
    taxonomy: TaxonomyOption,
    labels: Annotated[list[Path] | None, typer.Option(help="A file of labels to give along; several times.")] = None,
    who: Annotated[str, typer.Option(help="Whose sheet it is: it opens with what they said.")] = "",
    scored: Annotated[Path | None, typer.Option(help="Rows of `reviewmine score`, whose types are suggested.")] = None,
    map_path: Map = None,
    as_of: AsOf = None,
    no_mask: NoMask = False,
) -> None:
    """Write reviews for people to label: tasks and the page of Label Studio, or a sheet; texts are masked."""
    from reviewmine.taxonomy.model import load_taxonomy
    from reviewmine.workflow.labels_exchange import export_labels

    reviews = reviews_in(sources, map_path, as_of)
    found = export_labels(reviews, load_taxonomy(taxonomy), out, labels or [], who, scored, mask=not no_mask)
    say(
        f"labels export: {found.n_reviews} reviews, {found.n_labels} labels, {found.n_suggested} suggestions in "
        f"{' and '.join(map(str, found.files))}; {found.n_elsewhere} labels are of other reviews"
    )


@labels_app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A JSON export of Label Studio, or a sheet.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file of labels to add to.")],
    taxonomy: TaxonomyOption,
    who: Annotated[
        list[str] | None,
        typer.Option(
            help="Whose sheet it is; for Label Studio USER=NAME, an e-mail or number of a user; several times."
        ),
    ] = None,
    reviews: Annotated[
        list[str] | None, typer.Option(help="SRC of the reviews that were labelled: rows of others are refused.")
    ] = None,
    map_path: Map = None,
) -> None:
    """Add what people said in Label Studio or in a sheet to a file of labels; exit 1 when something is refused."""
    from reviewmine.taxonomy.model import load_taxonomy
    from reviewmine.workflow.labels_exchange import import_labels

    people = dict(one.split("=", 1) for one in who or [] if "=" in one)
    name = next((one for one in who or [] if "=" not in one), "")
    ids = frozenset(reviews_in(reviews, map_path, None)["id"]) if reviews else None
    found = import_labels(path, load_taxonomy(taxonomy), out, name, people, ids)
    for line in found.rejected:
        print(line)
    say(
        f"labels import: {found.n_new} new labels in {out}, {found.n_known} there already, "
        f"{len(found.rejected)} refused, {found.n_skipped} skipped by people"
    )
    if found.rejected:
        raise typer.Exit(1)


@labels_app.command("table")
def table(
    sources: Sources,
    out: Out,
    taxonomy: TaxonomyOption,
    labels: Annotated[list[Path], typer.Option(help="A file of labels; several times.")],
    map_path: Map = None,
    as_of: AsOf = None,
) -> None:
    """Write the labelled reviews as the table that train reads: what most people said, in types, unsure and no."""
    from reviewmine.files import write_table
    from reviewmine.labels.merge import merged
    from reviewmine.labels.store import as_rows, read_labels
    from reviewmine.taxonomy.model import load_taxonomy

    told = merged(*map(read_labels, labels)).labels
    rows = as_rows(told, reviews_in(sources, map_path, as_of), load_taxonomy(taxonomy))
    write_table(out, rows)
    say(f"labels table: {len(told)} labels of {len(rows)} reviews, {(rows['types'] != '').sum()} with a type, in {out}")


@labels_app.command("merge")
def merge(
    labels: LabelFiles,
    out: Out,
    conflicts: Annotated[Path | None, typer.Option(help="Where persons disagree, as a table.")] = None,
    taxonomy: Annotated[Path | None, typer.Option(help="The taxonomy file: conflicts get codes.")] = None,
) -> None:
    """Make one file of several; what they share stands once, nothing is lost, and where persons disagree is listed."""
    from reviewmine.files import write_table
    from reviewmine.labels.merge import conflict_table, merged
    from reviewmine.labels.store import read_labels, write_labels
    from reviewmine.taxonomy.model import load_taxonomy

    stores = [read_labels(path) for path in labels]
    found = merged(*stores)
    write_labels(out, found.labels)
    rows = conflict_table(found.conflicts, load_taxonomy(taxonomy) if taxonomy else None)
    if conflicts:
        write_table(conflicts, rows)
    for row in rows.head(0 if conflicts else 20).to_dict("records"):
        print(f"conflict: {row['review']} {row['code'] or row['type']}: yes {row['yes']}, no {row['no']}")
    where = f", listed in {conflicts}" if conflicts else ""
    say(
        f"labels merge: {sum(map(len, stores))} labels of {len(stores)} files, {len(found.labels)} in {out}; "
        f"persons disagree on {len(rows)} types of reviews{where}"
    )


@labels_app.command("migrate")
def migrate(
    path: Annotated[Path, typer.Argument(metavar="LABELS", help="A file of labels.")],
    out: Out,
    taxonomy: Annotated[Path, typer.Option("--taxonomy", help="The taxonomy to express them under.")],
    old: Annotated[
        Path | None,
        typer.Option("--from", help="Their own taxonomy, where the lineage of the new one does not know it."),
    ] = None,
) -> None:
    """Re-express labels under another version of the taxonomy; OUT.left.csv has those that say nothing there."""
    from reviewmine.files import write_table
    from reviewmine.labels.migrate import left_table, migrated
    from reviewmine.labels.store import read_labels, write_labels
    from reviewmine.taxonomy.model import load_taxonomy

    labels, new = read_labels(path), load_taxonomy(taxonomy)
    found = migrated(labels, new, load_taxonomy(old) if old else None)
    write_labels(out, found.labels)
    left = out.with_name(f"{out.name}.left.csv")
    write_table(left, left_table(found.left))
    ways = ", ".join(
        f"{sum(one.why == why for one in found.left)} {why}" for why in sorted({x.why for x in found.left})
    )
    say(
        f"labels migrate: {len(labels)} labels, {len(found.labels)} under {new.version} in {out}; "
        f"{len(found.left)} left{f' ({ways})' if ways else ''} in {left}"
    )
