"""From manifests and module classes to files: written at once, compared without writing, cleaned of what is left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from generator.errors import ManifestError, SlipwayError
from generator.synthesis import MARK, SCHEMA_FILE, differences, emit, write_files
from tests.unit.limited_writes import complaint, contents
from tests.unit.systems.manifest.manifests import SMALL

HEADER = f"# {MARK} generator/modules/gone.py; edit that file.\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one small manifest and nothing emitted."""
    (tmp_path / "envs/lab").mkdir(parents=True)
    (tmp_path / "envs/lab/system.yaml").write_text(SMALL, encoding="utf-8")
    return tmp_path


def test_emits_the_modules_the_schema_and_a_root_for_the_account_and_each_environment(project: Path) -> None:
    files = emit(project)
    folders = {str(Path(name).parent) for name in files}
    assert {"envs/lab/account", "envs/lab/dev", "envs/lab/live", "modules/vpc"} < folders
    assert {"modules/bucket/examples/basic", "modules/bucket/examples/complete"} < folders
    assert SCHEMA_FILE in files
    for folder in (folder for folder in folders if "/" in folder):
        own = {"main.tf", "providers.tf"} if "/examples/" in folder else {"README.md", "variables.tf"}
        assert {f"{folder}/{file}" for file in {"versions.tf", *own}} <= set(files), folder


def test_emits_the_workflows_of_systems_with_a_pipeline(project: Path) -> None:
    assert [name for name in emit(project) if name.startswith(".github")] == []
    manifest = project / "envs/lab/system.yaml"
    manifest.write_text(SMALL.replace("environments:", "pipeline: { provider: github }\nenvironments:"))
    files = emit(project)
    assert {".github/workflows/pull-request.yml", ".github/workflows/lab-deploy-live.yml"} < set(files)
    header = f"# {MARK} envs/lab/system.yaml; edit that file.\n"
    assert files[".github/workflows/lab-deploy-live.yml"].startswith(header)


def test_emitting_twice_in_one_process_gives_the_same(project: Path) -> None:
    assert emit(project) == emit(project)


def test_the_header_names_the_source(project: Path) -> None:
    files = emit(project)
    assert files["envs/lab/dev/versions.tf"].startswith(f"# {MARK} envs/lab/system.yaml; edit that file.\n")
    assert files["modules/vpc/main.tf"].startswith(f"# {MARK} generator/modules/vpc.py; edit that file.\n")
    example = files["modules/bucket/examples/basic/main.tf"]
    assert example.startswith(f"# {MARK} generator/examples/bucket.py; edit that file.\n")
    assert files["modules/vpc/README.md"].startswith(f"<!-- {MARK} generator/modules/vpc.py; edit that file. -->\n")


def test_what_was_written_has_no_differences_and_is_not_written_again(project: Path) -> None:
    files = emit(project)
    assert write_files(project, files) == sorted(files)
    assert differences(project, files) == []
    before = {path: path.stat().st_ino for path in project.rglob("*.tf")}
    assert write_files(project, files) == []
    assert {path: path.stat().st_ino for path in project.rglob("*.tf")} == before


def test_only_what_differs_is_replaced(project: Path) -> None:
    files = emit(project)
    write_files(project, files)
    (project / "modules/vpc/main.tf").write_text("edited\n")
    (project / "modules/vpc/outputs.tf").unlink()
    assert write_files(project, files) == ["modules/vpc/main.tf", "modules/vpc/outputs.tf"]
    assert contents(project) == {**files, "envs/lab/system.yaml": SMALL}


def test_differences_show_a_diff_and_write_nothing(project: Path) -> None:
    files = {"modules/vpc/main.tf": "one\ntwo\n", "modules/vpc/new.tf": "new\n"}
    (project / "modules/vpc").mkdir(parents=True)
    (project / "modules/vpc/main.tf").write_text("one\n2\n")
    (project / "modules/vpc/old.tf").write_text(HEADER)
    before = contents(project)
    found = {d.file: d.diff for d in differences(project, files)}
    assert list(found) == ["modules/vpc/main.tf", "modules/vpc/new.tf", "modules/vpc/old.tf"]
    assert found["modules/vpc/main.tf"] == (
        "--- a/modules/vpc/main.tf\n+++ b/modules/vpc/main.tf\n@@ -1,2 +1,2 @@\n one\n-2\n+two\n"
    )
    assert found["modules/vpc/new.tf"].endswith("@@ -0,0 +1 @@\n+new\n")
    assert found["modules/vpc/old.tf"] == ""
    assert contents(project) == before


def test_generated_files_that_nothing_emits_are_removed_and_others_kept(project: Path) -> None:
    files = {"modules/vpc/main.tf": HEADER}
    kept = {
        "modules/vpc/written_by_hand.tf": "# my own\n",
        ".github/workflows/mine.yml": "on: push\n",
        "modules/vpc/examples/main.tf": HEADER,
        "envs/lab/dev/backend_override.tf": 'terraform {\n  backend "local" {}\n}\n',
        "envs/lab/dev/terraform.tfstate": HEADER,
        "envs/lab/system.yaml": SMALL,
    }
    stale = {
        "modules/vpc/old.tf": HEADER,
        "modules/gone/main.tf": HEADER,
        "modules/gone/README.md": f"<!-- {HEADER} -->\n",
        "envs/lab/gone/main.tf": HEADER,
        ".github/workflows/lab-deploy-gone.yml": HEADER,
    }
    for name, text in {**kept, **stale}.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    assert write_files(project, files) == sorted([*files, *stale])
    assert contents(project) == {**files, **kept}


def test_an_environment_that_leaves_the_manifest_takes_its_files_along(project: Path) -> None:
    write_files(project, emit(project))
    manifest = project / "envs/lab/system.yaml"
    manifest.write_text(SMALL[: SMALL.index("  live:")], encoding="utf-8")
    removed = {n for n in write_files(project, emit(project)) if n.startswith("envs/lab/live/")}
    assert removed
    assert not list((project / "envs/lab/live").rglob("*.tf"))


def test_without_space_nothing_is_changed_or_removed(project: Path) -> None:
    (project / "modules/vpc").mkdir(parents=True)
    (project / "modules/vpc/main.tf").write_text("old\n")
    (project / "modules/vpc/stale.tf").write_text(HEADER)
    before = contents(project)
    files = {"modules/vpc/main.tf": "new\n", "modules/vpc/big.tf": "x" * 100_000}
    assert "modules/vpc/big.tf: no space left" in complaint(files, root=project, most_bytes=50_000)
    assert contents(project) == before


def test_a_wrong_manifest_is_an_error_with_file_and_line(project: Path) -> None:
    manifest = project / "envs/lab/system.yaml"
    manifest.write_text(SMALL.replace("    cpu: 512", "    cpuu: 512"), encoding="utf-8")
    line = SMALL.splitlines().index("    cpu: 512") + 1
    with pytest.raises(ManifestError, match=rf"(?s)system\.yaml:{line}:.*cpuu.*cpu"):
        emit(project)


def test_a_directory_without_manifests_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SlipwayError, match=r"no envs/<system>/system\.yaml"):
        emit(tmp_path)


def test_a_copied_manifest_that_keeps_its_system_is_an_error(project: Path) -> None:
    copy = project / "envs/school/system.yaml"
    copy.parent.mkdir()
    copy.write_text(SMALL, encoding="utf-8")
    with pytest.raises(ManifestError, match=r"school/system\.yaml:1:9: .*\n.*Write system: school"):
        emit(project)


def test_a_manifest_of_another_name_is_an_error(project: Path) -> None:
    (project / "envs/school").mkdir()
    (project / "envs/school/system.yml").write_text(SMALL, encoding="utf-8")
    with pytest.raises(SlipwayError, match=r"(?s)school/system\.yml.*Rename it to system\.yaml"):
        emit(project)


def test_nothing_is_left_among_the_temporary_files(project: Path, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    program = "import sys; from pathlib import Path; from generator.synthesis import emit; emit(Path(sys.argv[1]))"
    environment = {**os.environ, "TMPDIR": str(temporary)}

    subprocess.run([sys.executable, "-c", program, str(project)], env=environment, check=True, timeout=120)

    assert list(temporary.iterdir()) == []
