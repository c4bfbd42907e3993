#!/usr/bin/python3
"""The house rules, checked. Each fault reads `path:line: what; what to do`.

Usage: lint.py [--root DIR] [--only RULE]...
Exit status 0 when clean, 1 when not.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys

from source import Source

# DESIGN's table of layers, from the ground up: a folder includes only itself and what
# stands before it here.
LAYERS = ["base", "store", "content", "net", "adapters", "people", "gate", "send", "plan",
          "care", "talk", "report", "sim", "web", "cli"]
HTTP = ["net/client.h", "net/server.h"]
# The table's third column: what a layer knows nothing of, though it stands before it.
UNKNOWN = {
    "content": ["store/"],
    "net": ["store/", "content/campaign.h", "content/series.h"],
    "adapters": ["store/", "net/"],
    "people": HTTP,
    "gate": HTTP,
    "send": ["talk/"],
    "plan": HTTP,
    "care": HTTP,
    "talk": HTTP,
    "report": HTTP,
    "sim": ["store/", "send/", "talk/"],
}
# Where a big library may be included: its name's pattern, and the files'.
LIBRARIES = [
    (r"uv\.h", r"engine/net/[^/]+|engine/cli/cmd_serve\.c"),
    (r"sqlite3\.h", r"engine/store/db\.[ch]"),
    (r"curl/.*", r"engine/net/client\.[ch]"),
    (r"microhttpd\.h", r"engine/net/server\.[ch]"),
    (r"libfyaml\.h", r"engine/content/yaml\.[ch]"),
    (r"phonenumbers/.*", r"engine/content/[^/]+\.cc"),
    (r"(jansson|sodium|csv)\.h", r"(?!engine/base/).*"),
]
BANNED = {
    "strcpy": "use a struct buf, or snprintf()", "strcat": "use a struct buf",
    "sprintf": "use snprintf()", "vsprintf": "use vsnprintf()", "gets": "use fgets()",
    "strtok": "use strcspn()", "atoi": "use strtol() and check", "atol": "use strtol()",
    "localtime": "use base/zone", "gmtime": "use base/zone",
    "sleep": "use a timer of the loop", "system": "start a program without a shell",
    "popen": "start a program without a shell",
}
SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|REPLACE|ALTER|DROP|PRAGMA|WITH)"
                 r"\s+\w")
# Lists that other files include with a macro defined: no guard, and not compiled alone.
LISTS = ["engine/cli/commands.h", "adapters/list.h"]
# A path that holds on one machine only.
MACHINE = re.compile(r"(?<![\w.])/(?:work|home|root|Users)/[\w.-]")
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b")
TEXT = {".c", ".h", ".cc", ".py", ".yaml", ".yml", ".csv", ".md", ".sh", ".js", ".mk", ""}
SKIPPED_FOLDERS = {".git", "build", "__pycache__", ".pytest_cache", "node_modules"}
# Bytes as a gateway sends them, whatever they look like.
RAW_FOLDERS = {"tests/fixtures", "tests/fuzz/seeds"}
FUNCTION_LINES, LINE_COLUMNS = 80, 100
# A file of tests is a list, and nobody reads it from end to end.
FILE_LINES, TEST_FILE_LINES = 600, 1000


def read_tree(root):
    sources = []
    for folder, folders, names in os.walk(root):
        within = pathlib.Path(folder).relative_to(root).as_posix()
        folders[:] = sorted(f for f in folders if f not in SKIPPED_FOLDERS
                            and f"{within}/{f}" not in RAW_FOLDERS)
        for name in sorted(names):
            path = pathlib.Path(folder, name)
            if path.suffix in TEXT and not path.is_symlink():
                sources.append(Source(root, path))
    return sources


def layer_of(path):
    parts = path.split("/")
    if parts[0] == "adapters":
        return "adapters"
    return parts[1] if parts[0] == "engine" and len(parts) == 3 else None


def product(sources):
    return [s for s in sources if s.is_c and layer_of(s.path) is not None]


def rule_layers(sources):
    """A layer includes itself and those above it in the table, less the third column."""
    for source in product(sources):
        layer = layer_of(source.path)
        if layer not in LAYERS:
            yield source.path, 1, f"{layer} is no layer; add it to the table or move it"
            continue
        for line, kind, name in source.includes():
            if kind != '"':
                continue
            if "/" not in name:
                yield source.path, line, \
                    f'"{name}" has no folder; write it as "{layer}/{name}"'
                continue
            target = name.split("/")[0]
            if target not in LAYERS:
                yield source.path, line, f'"{name}" lies in no layer; name its layer first'
            elif LAYERS.index(target) > LAYERS.index(layer):
                yield source.path, line, (f"{layer} may not include {target}, which stands "
                                          "below it; move the code, or hand in a hook")
            elif target != layer and any(name.startswith(u) for u in UNKNOWN.get(layer, [])):
                yield source.path, line, (f"{layer} knows nothing of {name}; "
                                          "hand the data in, or a hook")


def rule_libraries(sources):
    """A big library has one place."""
    for source in product(sources):
        for line, _, name in source.includes():
            for library, place in LIBRARIES:
                if re.fullmatch(library, name) and not re.fullmatch(place, source.path):
                    yield source.path, line, (f"{name} belongs elsewhere; "
                                              "use the module that wraps it")


def rule_sql(sources):
    """SQL only in the store, its parameters written ?1."""
    for source in product(sources):
        in_store = layer_of(source.path) == "store"
        for line, text in source.literals():
            if not SQL.match(re.sub(r"\\[nt]", " ", text)):
                continue
            if not in_store:
                yield source.path, line, "SQL outside engine/store; move it to a table's file"
                continue
            bare = re.sub(r"'[^']*'", "''", text)
            if re.search(r"\?(?!\d)", bare):
                yield source.path, line, "a bare ? in SQL; number it: ?1"
            if re.search(r"[$:@]\w", bare):
                yield source.path, line, "a named parameter in SQL; write it ?1"


def rule_calls(sources):
    """Calls that have a safer sister."""
    pattern = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
    for source in sources:
        if source.is_c:
            for match in pattern.finditer(source.code):
                name = match.group(1)
                yield source.path, source.line(match.start()), f"{name}(); {BANNED[name]}"


def declared_by(source):
    """The include that stands for a missing own header: one of the same layer."""
    return next((name for _, kind, name in source.includes()
                 if kind == '"' and name.startswith(layer_of(source.path) + "/")), None)


def rule_headers(sources):
    """Every module has its header (or includes the one of its layer that declares it: a
    command, an adapter, a part of a large module), every header its guard."""
    paths = {s.path for s in sources}
    for source in product(sources):
        stem, suffix = source.path.rsplit(".", 1)
        if suffix != "h":
            if stem + ".h" not in paths and not declared_by(source):
                yield source.path, 1, \
                    f"no header; write {stem}.h, or include the one that declares it"
            continue
        if source.path in LISTS:
            continue
        guard = "CEGAH_" + re.sub(r"\W", "_", stem.removeprefix("engine/")).upper() + "_H"
        if not re.search(rf"^#ifndef {guard}\n#define {guard}$", source.text, re.M):
            yield source.path, 1, f"no include guard {guard}; add #ifndef, #define, #endif"


def rule_includes(sources):
    """Own header, then C, POSIX and libraries, then ours."""
    paths = {s.path for s in sources}
    for source in product(sources):
        header = re.sub(r"\.cc?$", ".h", source.path)
        includes = source.includes()
        if header != source.path:
            own = header.removeprefix("engine/") if header in paths else declared_by(source)
            if header in paths and (not includes or includes[0][2] != own):
                yield source.path, includes[0][0] if includes else 1, \
                    f'the own header comes first; begin with #include "{own}"'
            if includes and includes[0][2] == own:
                includes = includes[1:]
        ours = None
        for line, kind, name in includes:
            if kind == '"':
                ours = name
            elif ours is not None:
                yield source.path, line, f"<{name}> after \"{ours}\"; libraries come first"


def rule_shape(sources):
    """No struct typedefs, braces always, and nothing too long to read."""
    for source in sources:
        if not (source.is_c or source.path.endswith(".py")):
            continue
        count = len(source.lines) - (source.lines[-1] == "")
        most = TEST_FILE_LINES if source.path.startswith("tests/") else FILE_LINES
        if count > most:
            yield source.path, most + 1, f"{count} lines; split it, {most} is the most"
        for number, text in enumerate(source.lines, 1):
            if len(text) > LINE_COLUMNS:
                yield source.path, number, f"{len(text)} columns; break it before 88"
        if not source.is_c:
            continue
        for match in re.finditer(r"\btypedef\s+(?:struct|union)\b", source.code):
            yield source.path, source.line(match.start()), \
                "a struct typedef; write `struct name` where it is used"
        for line, lines in source.functions():
            if lines > FUNCTION_LINES:
                yield source.path, line, \
                    f"a function of {lines} lines; split it, {FUNCTION_LINES} is the most"
        for line in source.bare_statements():
            yield source.path, line, "no braces; write { } around the statement"


def rule_text(sources):
    """Nothing unfinished, nothing of one machine, no stray white space."""
    for source in sources:
        for number, text in enumerate(source.lines, 1):
            if UNFINISHED.search(text):
                yield source.path, number, \
                    f"{UNFINISHED.search(text).group()}; do it, or file an issue"
            if MACHINE.search(text):
                yield source.path, number, \
                    "a path of one machine; make it relative or a setting"
            if text != text.rstrip():
                yield source.path, number, "white space at the end; remove it"
            if source.is_c and "\t" in text:
                yield source.path, number, "a tab; indent by 4 spaces"
        if source.text and not source.text.endswith("\n"):
            yield source.path, len(source.lines), "no newline at the end; add it"


def rule_lists(sources):
    """Every command and every adapter stands in its list, and nothing else does."""
    for list_path, macro, place, definition in [
            (LISTS[0], "COMMAND", r"engine/cli/cmd_\w+\.c",
             r"^const struct command (\w+)_command = "),
            (LISTS[1], "ADAPTER", r"adapters/(?!adapter\.c)\w+\.c",
             r"^const struct adapter adapter_(\w+) = ")]:
        paths = {s.path for s in sources}
        defined = {}
        for source in (s for s in sources if re.fullmatch(place, s.path)):
            names = list(re.finditer(definition, source.code, re.M))
            for match in names:
                defined[match.group(1)] = (source.path, source.line(match.start()))
            if not names and source.path[:-1] + "h" not in paths:
                yield source.path, 1, f"defines nothing for {list_path}; see its neighbours"
        listing = next((s for s in sources if s.path == list_path), None)
        listed = {}
        if listing is not None:
            for match in re.finditer(rf"^{macro}\((\w+)\)", listing.code, re.M):
                listed[match.group(1)] = listing.line(match.start())
        for name, (path, line) in defined.items():
            if name not in listed:
                yield path, line, f"not listed; add {macro}({name}) to {list_path}"
        for name, line in listed.items():
            if name not in defined:
                yield list_path, line, f"no file defines {name}; write it or remove this"


def cflags(root):
    packages = ["libuv", "libcurl", "sqlite3", "jansson", "libmicrohttpd", "libfyaml",
                "icu-uc", "icu-i18n", "libsodium"]
    done = subprocess.run(["pkg-config", "--cflags", *packages], cwd=root, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return done.stdout.split()


def rule_alone(sources, root):
    """Every header compiles without any other before it."""
    flags = ["-std=c11", "-D_GNU_SOURCE", "-Iengine", "-I.", "-Wall", "-Wextra", "-Werror",
             *cflags(root)]
    headers = [s.path for s in product(sources)
               if s.path.endswith(".h") and s.path not in LISTS]

    def compile_one(path):
        unit = f'#include "{path}"\n'
        return path, subprocess.run(
            ["gcc", "-fsyntax-only", "-x", "c", *flags, "-"], cwd=root, text=True,
            input=unit, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE).stderr

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, errors in pool.map(compile_one, headers):
            match = re.search(r"^([^:\n]+):(\d+):\d+: (?:fatal )?error: (.*)$", errors, re.M)
            if match:
                yield path, int(match.group(2)) if match.group(1) == path else 1, \
                    f"does not compile alone: {match.group(3)}; include what it needs"


def rule_format(sources, root):
    """clang-format has nothing to change."""
    if shutil.which("clang-format") is None:
        yield "Makefile", 1, "no clang-format here; run: make deps-test"
        return
    files = [s.path for s in sources if s.is_c and
             (layer_of(s.path) or re.match(r"tests/(unit|fuzz)/", s.path))]
    if not files:
        return
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], cwd=root,
                          text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    lines = {}
    for match in re.finditer(r"^([^:\n]+):(\d+):\d+: error: ", done.stderr, re.M):
        if match.group(1) in files:
            lines.setdefault(match.group(1), []).append(int(match.group(2)))
    for path, numbers in sorted(lines.items()):
        yield path, numbers[0], f"format ({len(numbers)} places); run: make format"
    if done.returncode != 0 and not lines:
        yield ".clang-format", 1, done.stderr.strip().split("\n")[0] + "; mend it"


RULES = {name.removeprefix("rule_"): rule for name, rule in list(globals().items())
         if name.startswith("rule_")}


def check(root, only=None):
    """Returns (path, line, what) of every fault under root, sorted."""
    root = pathlib.Path(root).resolve()
    sources = read_tree(root)
    faults = []
    for name, rule in RULES.items():
        if only and name not in only:
            continue
        faults += rule(sources, root) if name in ("alone", "format") else rule(sources)
    return sorted(set(faults))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", default=pathlib.Path(__file__).resolve().parents[2])
    parser.add_argument("--only", action="append", choices=sorted(RULES))
    options = parser.parse_args()
    faults = check(options.root, options.only)
    for path, line, what in faults:
        print(f"{path}:{line}: {what}")
    print(f"lint: {len(faults)} faults" if faults else "lint: clean")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
