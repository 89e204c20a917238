"""What a pull request is asked: of the repository once, and of each system that it touches."""

from __future__ import annotations

from collections.abc import Sequence

from generator.systems.workflows.parts import (
    DOWNLOAD_ARTIFACT,
    TRIVY,
    UPLOAD_ARTIFACT,
    Job,
    Step,
    Workflow,
    checkout,
    install_python,
    install_slipway,
    install_terraform,
    upload_sarif,
)

# GitHub takes comments of up to 65536 characters, for all roots of a system.
COMMENT_BYTES = 60_000
REPORT_BYTES = 10_000
FENCE = "~~~~~~"

READ = {"contents": "read"}
# A pull request of a fork gets a token that only reads: it can neither upload findings nor comment.
FROM_HERE = "github.event.pull_request.head.repo.full_name == github.repository"

# A line for each value, so that a difference shows the resource that it belongs to.
DIFFERENCES = f"""\
values() {{
  jq --raw-output '.resource_changes[] | select(.mode == "managed") | .address as $resource | .change.after
    | paths(type != "object" and type != "array" and type != "null") as $path
    | "\\($resource) \\($path | map(tostring) | join(".")) = \\(getpath($path) | tojson)"' "$1" | LC_ALL=C sort
}}
slipway plan "$TARGET" --released --quiet --json head.json > summary.txt
values head.json > head.txt
: > base.txt
if [ -d "base/envs/$TARGET" ]; then
  slipway --project base plan "$TARGET" --released --quiet --json base.json > /dev/null
  values base.json > base.txt
fi
diff --unified=0 base.txt head.txt > difference.txt || [ $? -eq 1 ]
sed --in-place --expression='/^---/d' --expression='/^+++/d' --expression='/^@@/d' difference.txt
LC_ALL=C sort --key=1.2 --stable --output=difference.txt difference.txt
{{
  echo "### $TARGET"
  if [ -s difference.txt ]; then
    echo "$(grep --count '^+' difference.txt || true) values appear, $(grep --count '^-' difference.txt || true) go."
    echo
    echo "{FENCE}diff"
    head --bytes={REPORT_BYTES} difference.txt | iconv --from-code=UTF-8 --to-code=UTF-8 -c
    echo
    echo "{FENCE}"
  else
    echo "Nothing changes."
  fi
}} > "$REPORT"
cat "$REPORT" summary.txt >> "$GITHUB_STEP_SUMMARY\""""

COMMENT = f"""\
{{
  echo "$MARK"
  cat reports/*.md
  echo "Planned for an empty account, as if images were released. The whole is in the [run]($RUN)."
}} > comment.md
if [ "$(wc --bytes < comment.md)" -gt {COMMENT_BYTES} ]; then
  printf '%s\\nToo long for a comment: see the [run](%s).\\n' "$MARK" "$RUN" > comment.md
fi
comments="repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments"
own=$(gh api --paginate "$comments" --jq ".[] | select(.body | startswith(\\"$MARK\\")) | .id" | sed --quiet 1p)
if [ -n "$own" ]; then
  gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$own" --field body=@comment.md > /dev/null
else
  gh api "$comments" --field body=@comment.md > /dev/null
fi"""


def pull_request(system: str, environments: Sequence[str]) -> Workflow:
    """Return the workflow for pull requests that touch *system*."""
    roots = ["account", *environments]
    return Workflow(
        f"{system}: pull request",
        f"What a pull request does to {system}. Nothing here has credentials: plans are made on the embedded AWS, and\n"
        "the workflows that deploy plan again, with the state.",
        {
            "pull_request": {
                "paths": [f"envs/{system}/**", "modules/**", f".github/workflows/{system}-*.yml"],
            }
        },
        {
            "validate": _validate(system, roots),
            "plan": _plan(system, roots),
            "policy": _policy(system, roots),
            "trivy": _trivy(system),
            "comment": _comment(system),
        },
        concurrency=f"{system}-pull-request-${{{{ github.ref }}}}",
        newest_only=True,
    )


def repository_pull_request() -> Workflow:
    """Return the workflow for every pull request: lint, types, generated files, tests."""
    return Workflow(
        "Pull request",
        "Lint, types, that every generated file is true to its source, and the tests.",
        {"pull_request": {}},
        {name: _tox(name, minutes) for name, minutes in (("lint", 30), ("tests", 120))},
        concurrency="pull-request-${{ github.ref }}",
        newest_only=True,
    )


def _tox(environment: str, minutes: int) -> Job:
    run = Step(environment.capitalize(), run=f"./toxw run -e {environment}")
    steps = [checkout(), install_python(), install_terraform(), run]
    return Job(environment.capitalize(), steps, minutes=minutes, permissions=READ)


def _validate(system: str, roots: Sequence[str]) -> Job:
    return Job(
        "Validate ${{ matrix.root }}",
        [
            checkout(),
            install_terraform(),
            Step("Format", run=f"terraform fmt -check -diff -recursive envs/{system}\nterraform fmt -check modules"),
            Step("Validate", env=_target(system), run=VALIDATE),
        ],
        minutes=15,
        permissions=READ,
        matrix={"root": roots},
    )


VALIDATE = """\
terraform -chdir="envs/$TARGET" init -backend=false -input=false
terraform -chdir="envs/$TARGET" validate"""


def _plan(system: str, roots: Sequence[str]) -> Job:
    return Job(
        "Plan ${{ matrix.root }}",
        [
            checkout(),
            checkout(ref="${{ github.event.pull_request.base.sha }}", path="base"),
            install_python(),
            install_terraform(),
            install_slipway(),
            Step(
                "Plan, and compare with the base",
                env={**_target(system), "REPORT": "report-${{ matrix.root }}.md"},
                run=DIFFERENCES,
            ),
            Step(
                "Keep the report",
                uses=UPLOAD_ARTIFACT,
                given={
                    "name": "report-${{ matrix.root }}",
                    "path": "report-${{ matrix.root }}.md",
                    "if-no-files-found": "error",
                    "retention-days": 7,
                    "overwrite": True,
                },
            ),
        ],
        minutes=20,
        permissions=READ,
        matrix={"root": roots},
    )


def _policy(system: str, roots: Sequence[str]) -> Job:
    return Job(
        "Policy ${{ matrix.root }}",
        [
            checkout(),
            install_python(),
            install_terraform(),
            install_slipway(extra="policy"),
            Step("Scan", env=_target(system), run=SCAN),
            upload_sarif("policy.sarif", f"policy-{system}-${{{{ matrix.root }}}}", _if_from_here()),
        ],
        minutes=60,
        permissions={**READ, "security-events": "write"},
        matrix={"root": roots},
    )


# Rehearsed, so that nothing grave stays undecided. What fails is to be read as well, hence the code is kept for later.
SCAN = """\
code=0
slipway scan "$TARGET" --rehearse --quiet --sarif policy.sarif --markdown policy.md || code=$?
if [ -f policy.md ]; then cat policy.md >> "$GITHUB_STEP_SUMMARY"; fi
exit "$code\""""


def _trivy(system: str) -> Job:
    return Job(
        "Trivy",
        [
            checkout(),
            Step(
                # Its findings do not fail the job: GitHub shows those that the pull request adds.
                "Scan",
                uses=TRIVY,
                given={
                    "scan-type": "config",
                    "scan-ref": ".",
                    "skip-dirs": "tests,**/examples",
                    "format": "sarif",
                    "output": "trivy.sarif",
                },
            ),
            upload_sarif("trivy.sarif", f"trivy-{system}", _if_from_here()),
        ],
        minutes=15,
        permissions={**READ, "security-events": "write"},
    )


def _comment(system: str) -> Job:
    return Job(
        "Comment",
        [
            Step(
                "Fetch the reports",
                uses=DOWNLOAD_ARTIFACT,
                given={"pattern": "report-*", "path": "reports", "merge-multiple": True},
            ),
            Step(
                "Comment",
                env={
                    "GH_TOKEN": "${{ github.token }}",
                    "NUMBER": "${{ github.event.pull_request.number }}",
                    "RUN": "${{ github.server_url }}/${{ github.repository }}/actions/runs/${{ github.run_id }}",
                    "MARK": f"<!-- {system}: plans -->",
                },
                run=COMMENT,
            ),
        ],
        minutes=5,
        permissions={"pull-requests": "write"},
        needs=["plan"],
        when=FROM_HERE,
    )


def _target(system: str) -> dict[str, str]:
    return {"TARGET": f"{system}/${{{{ matrix.root }}}}"}


def _if_from_here() -> str:
    return f"${{{{ !cancelled() && {FROM_HERE} }}}}"
