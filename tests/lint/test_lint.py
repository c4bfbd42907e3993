"""Each house rule, shown to be able to fail: a small clean tree, broken in one place."""

import pathlib

import pytest

import lint

CLEAN = {
    "engine/base/mem.h": """\
#ifndef CEGAH_BASE_MEM_H
#define CEGAH_BASE_MEM_H

#include <stddef.h>

void *mem_new(size_t bytes);

#endif
""",
    "engine/base/mem.c": """\
#include "base/mem.h"

#include <stdlib.h>

void *mem_new(size_t bytes)
{
    return calloc(1, bytes);
}
""",
    "engine/store/db.h": """\
#ifndef CEGAH_STORE_DB_H
#define CEGAH_STORE_DB_H

int db_count(void);

#endif
""",
    "engine/store/db.c": """\
#include "store/db.h"

#include <sqlite3.h>
#include <stdio.h>

#include "base/mem.h"

static const char *const count_sql = "SELECT count(*) FROM person "
                                     "WHERE name = ?1 AND role <> 'a?b'";

int db_count(void)
{
    if (puts(count_sql) < 0) {
        return -1;
    }
    return 0;
}
""",
    "engine/net/client.h": """\
#ifndef CEGAH_NET_CLIENT_H
#define CEGAH_NET_CLIENT_H

int client_open(void);

#endif
""",
    "engine/net/client.c": """\
#include "net/client.h"

#include <curl/curl.h>

int client_open(void)
{
    return 0;
}
""",
    "engine/cli/command.h": """\
#ifndef CEGAH_CLI_COMMAND_H
#define CEGAH_CLI_COMMAND_H

struct command {
    const char *name;
};

#endif
""",
    "engine/cli/commands.h": "COMMAND(check)\n",
    "engine/cli/cmd_check.c": """\
#include "cli/command.h"

#include "net/client.h"

const struct command check_command = {.name = "check"};
""",
    "adapters/adapter.h": """\
#ifndef CEGAH_ADAPTERS_ADAPTER_H
#define CEGAH_ADAPTERS_ADAPTER_H

struct adapter {
    int count;
};

#endif
""",
    "adapters/list.h": "ADAPTER(kannel)\n",
    "adapters/kannel.c": """\
#include "adapters/adapter.h"

const struct adapter adapter_kannel = {.count = 1};
""",
}


def write(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def tree(tmp_path):
    write(tmp_path, CLEAN)
    style = pathlib.Path(__file__).resolve().parents[2] / ".clang-format"
    (tmp_path / ".clang-format").write_bytes(style.read_bytes())
    return tmp_path


def faults(tree, rule, files):
    write(tree, files)
    return [f"{path}:{line}: {what}" for path, line, what in lint.check(tree, [rule])]


def module(layer, name, body="", head=""):
    """A header and a source that are clean but for what is handed in."""
    guard = f"CEGAH_{layer}_{name}_H".upper()
    return {
        f"engine/{layer}/{name}.h": f"#ifndef {guard}\n#define {guard}\n#endif\n",
        f"engine/{layer}/{name}.c": f'#include "{layer}/{name}.h"\n{head}\n{body}\n',
    }


def test_a_clean_tree_has_no_faults(tree):
    assert lint.check(tree) == []


@pytest.mark.parametrize("layer, included", [
    ("base", "store/db.h"),
    ("store", "net/client.h"),
    ("content", "store/db.h"),
    ("content", "net/client.h"),
    ("net", "store/db.h"),
    ("net", "content/campaign.h"),
    ("people", "net/client.h"),
    ("people", "net/server.h"),
    ("gate", "net/client.h"),
    ("gate", "send/route.h"),
    ("send", "talk/talk.h"),
    ("plan", "net/server.h"),
    ("care", "net/client.h"),
    ("talk", "net/client.h"),
    ("report", "net/client.h"),
    ("sim", "store/db.h"),
    ("sim", "send/dispatch.h"),
    ("sim", "talk/talk.h"),
    ("web", "cli/command.h"),
])
def test_a_layer_includes_only_what_the_table_allows(tree, layer, included):
    found = faults(tree, "layers", module(layer, "thing", head=f'#include "{included}"'))
    assert len(found) == 1
    assert found[0].startswith(f"engine/{layer}/thing.c:2: {layer} ")


@pytest.mark.parametrize("layer, included", [
    ("people", "net/loop.h"), ("send", "net/client.h"), ("sim", "net/server.h"),
    ("net", "content/config.h"), ("cli", "talk/talk.h"), ("web", "store/db.h"),
])
def test_what_the_table_allows_is_no_fault(tree, layer, included):
    assert faults(tree, "layers", module(layer, "thing", head=f'#include "{included}"')) == []


@pytest.mark.parametrize("included", ["store/db.h", "net/client.h", "people/import.h"])
def test_an_adapter_knows_base_and_content_only(tree, included):
    found = faults(tree, "layers", {
        "adapters/kannel.c": f'#include "adapters/adapter.h"\n\n#include "{included}"\n'})
    assert found[0].startswith("adapters/kannel.c:3: adapters ")


def test_an_include_of_ours_names_its_layer(tree):
    found = faults(tree, "layers", module("base", "thing", head='#include "mem.h"'))
    assert found == ['engine/base/thing.c:2: "mem.h" has no folder; write it as "base/mem.h"']


@pytest.mark.parametrize("layer, header", [
    ("plan", "uv.h"), ("cli", "uv.h"), ("people", "sqlite3.h"), ("store", "sqlite3.h"),
    ("net", "curl/curl.h"), ("net", "microhttpd.h"), ("content", "libfyaml.h"),
    ("base", "jansson.h"),
])
def test_a_big_library_has_one_place(tree, layer, header):
    found = faults(tree, "libraries", module(layer, "thing", head=f"#include <{header}>"))
    assert len(found) == 1 and f"engine/{layer}/thing.c:2: {header}" in found[0]


def test_the_loop_and_serve_may_include_the_loop_library(tree):
    assert faults(tree, "libraries", {
        **module("net", "loop", head="#include <uv.h>"),
        "engine/cli/cmd_serve.c": "#include <uv.h>\n"}) == []


@pytest.mark.parametrize("text", ["SELECT a FROM b", "INSERT INTO b", "UPDATE b SET a=1",
                                  "DELETE FROM b", "CREATE TABLE b(a)"])
def test_sql_stays_in_the_store(tree, text):
    found = faults(tree, "sql", module("plan", "thing", f'const char *x = "{text}";'))
    assert len(found) == 1 and "SQL outside engine/store" in found[0]


def test_an_http_method_and_a_comment_are_no_sql(tree):
    assert faults(tree, "sql", module(
        "plan", "thing", '/* "SELECT a FROM b" */ const char *x = "DELETE";')) == []


@pytest.mark.parametrize("parameter", ["$1", "?", ":name", "@name"])
def test_sql_parameters_are_numbered(tree, parameter):
    body = f'const char *x = "SELECT a FROM b"\n    " WHERE a = {parameter}";'
    found = faults(tree, "sql", module("store", "thing", body))
    assert len(found) == 1 and found[0].startswith("engine/store/thing.c:3: ")


@pytest.mark.parametrize("call", sorted(lint.BANNED))
def test_a_banned_call_is_found(tree, call):
    found = faults(tree, "calls", module("base", "thing", f"int x = {call} (y);"))
    assert len(found) == 1 and f"engine/base/thing.c:3: {call}()" in found[0]


def test_a_member_a_longer_name_and_a_comment_are_no_banned_calls(tree):
    assert faults(tree, "calls", module(
        "base", "thing", 'int x = a->system(y) + uv_sleep(1); /* sleep(1) */ // gets(x)\n'
        'const char *s = "sprintf(x)";')) == []


def test_a_module_without_a_header_is_found(tree):
    found = faults(tree, "headers", {"engine/plan/due.c": "#include <stdio.h>\n"})
    assert found == ["engine/plan/due.c:1: no header; write engine/plan/due.h, "
                     "or include the one that declares it"]


@pytest.mark.parametrize("guard", ["", "#pragma once\n",
                                   "#ifndef CEGAH_BASE_MEM_H\n#define CEGAH_BASE_MEM_H\n"])
def test_a_header_without_its_own_guard_is_found(tree, guard):
    found = faults(tree, "headers", {"engine/plan/due.h": guard + "int due(void);\n"})
    assert len(found) == 1 and "CEGAH_PLAN_DUE_H" in found[0]


def test_a_header_that_needs_another_is_found(tree):
    found = faults(tree, "alone", {
        "engine/plan/due.h": "#ifndef CEGAH_PLAN_DUE_H\n#define CEGAH_PLAN_DUE_H\n"
                             "size_t due(void);\n#endif\n"})
    assert len(found) == 1
    assert found[0].startswith("engine/plan/due.h:3: does not compile alone")


def test_the_own_header_comes_first(tree):
    found = faults(tree, "includes", {
        "engine/base/mem.c": '#include <stdlib.h>\n\n#include "base/mem.h"\n'})
    assert found == ["engine/base/mem.c:1: the own header comes first; "
                     'begin with #include "base/mem.h"']


def test_libraries_come_before_ours(tree):
    found = faults(tree, "includes", module(
        "store", "thing", head='#include "base/mem.h"\n#include <stdio.h>'))
    assert found == ['engine/store/thing.c:3: <stdio.h> after "base/mem.h"; '
                     "libraries come first"]


def test_a_struct_typedef_is_found(tree):
    found = faults(tree, "shape", module("base", "thing", "typedef struct a { int b; } a;"))
    assert len(found) == 1 and "struct typedef" in found[0]


def test_a_long_file_is_found(tree):
    assert faults(tree, "shape", {"engine/base/long.c": "int a;\n" * 600}) == []
    found = faults(tree, "shape", {"engine/base/long.c": "int a;\n" * 601})
    assert found == ["engine/base/long.c:601: 601 lines; split it, 600 is the most"]


def test_a_file_of_tests_may_be_longer(tree):
    assert faults(tree, "shape", {"tests/unit/test_a.c": "int a;\n" * 1000}) == []
    found = faults(tree, "shape", {"tests/unit/test_a.c": "int a;\n" * 1001})
    assert found == ["tests/unit/test_a.c:1001: 1001 lines; split it, 1000 is the most"]


def test_a_long_function_is_found(tree):
    def body(lines):
        return "int f(void)\n{\n" + "    puts(0);\n" * lines + "}\n"

    assert faults(tree, "shape", module("base", "thing", body(80))) == []
    found = faults(tree, "shape", module("base", "thing", body(81)))
    assert found == ["engine/base/thing.c:4: a function of 81 lines; "
                     "split it, 80 is the most"]


def test_a_long_line_is_found(tree):
    assert faults(tree, "shape", module("base", "thing", "/*" + "é" * 96 + "*/")) == []
    found = faults(tree, "shape", module("base", "thing", "/*" + "é" * 97 + "*/"))
    assert found == ["engine/base/thing.c:3: 101 columns; break it before 88"]


@pytest.mark.parametrize("statement", [
    "if (f(1))\n        return 1;", "for (;;)\n        f(1);", "while (f(1))\n        f(2);",
    "if (a) {\n    } else\n        f(1);"])
def test_a_statement_without_braces_is_found(tree, statement):
    body = f"int g(int a)\n{{\n    {statement}\n    return 0;\n}}"
    found = faults(tree, "shape", module("base", "thing", body))
    assert len(found) == 1 and "no braces" in found[0]


def test_statements_with_braces_are_no_fault(tree):
    body = ("int g(int a)\n{\n    do {\n        a++;\n    } while (a < 3);\n"
            "    if (f(a)) {\n    } else if (a) {\n    } else {\n    }\n"
            '    /* if (a) b; */ puts("if (a) b");\n    return a;\n}\n'
            "#if defined(A)\n#else\n#endif\n"
            "#define EACH(x) \\\n    do { \\\n    } while (0)")
    assert faults(tree, "shape", module("base", "thing", body)) == []


@pytest.mark.parametrize("word", ["TO" "DO", "FIX" "ME", "X" "XX"])
def test_unfinished_work_is_found(tree, word):
    found = faults(tree, "text", {"engine/base/mem.c": f"/* {word}: later */\n",
                                  "engine/base/id.c": 'char t[] = "/tmp/XXXXXX";\n'})
    assert found == [f"engine/base/mem.c:1: {word}; do it, or file an issue"]


@pytest.mark.parametrize("path", ["/" "home/ani/cegah", "/" "root/x", "/" "work/main"])
def test_a_path_of_one_machine_is_found(tree, path):
    found = faults(tree, "text", {"campaigns/a/campaign.yaml": f"name: {path}\n"})
    assert len(found) == 1 and "a path of one machine" in found[0]


def test_a_url_is_no_path_of_a_machine(tree):
    text = "https://example.org/" "home/x and build/" "work/a\n"
    assert faults(tree, "text", {"a.md": text}) == []


@pytest.mark.parametrize("text, what", [
    ("int a; \n", "white space at the end"), ("\tint a;\n", "a tab"),
    ("int a;", "no newline at the end")])
def test_stray_white_space_is_found(tree, text, what):
    found = faults(tree, "text", {"engine/base/mem.c": text})
    assert len(found) == 1 and found[0].startswith(f"engine/base/mem.c:1: {what}")


def test_what_a_gateway_sends_is_left_as_it_is(tree):
    assert faults(tree, "text", {"tests/fixtures/kannel/body": "a \nb",
                                 "tests/fuzz/seeds/kannel/body": "a \nb"}) == []


def test_a_command_that_is_not_listed_is_found(tree):
    found = faults(tree, "lists", {"engine/cli/cmd_run.c": """\
#include "cli/command.h"

const struct command check_command = {.name = "check"};
const struct command stop_command = {.name = "stop"};
"""})
    assert found == ["engine/cli/cmd_run.c:4: not listed; "
                     "add COMMAND(stop) to engine/cli/commands.h"]


def test_an_adapter_that_is_not_listed_is_found(tree):
    found = faults(tree, "lists", {"adapters/twilio.c": """\
#include "adapters/adapter.h"

const struct adapter adapter_twilio = {.count = 1};
"""})
    assert found == ["adapters/twilio.c:3: not listed; "
                     "add ADAPTER(twilio) to adapters/list.h"]


@pytest.mark.parametrize("path", ["engine/cli/cmd_load.c", "adapters/twilio.c"])
def test_a_file_that_defines_no_command_or_adapter_is_found(tree, path):
    found = faults(tree, "lists", {path: "int a;\n"})
    assert len(found) == 1 and found[0].startswith(f"{path}:1: defines nothing for ")


def test_a_part_of_an_adapter_defines_none(tree):
    assert faults(tree, "lists", {"adapters/kannel_hook.c": "", "adapters/kannel_hook.h": ""
                                  }) == []


def test_a_listed_command_that_no_file_defines_is_found(tree):
    found = faults(tree, "lists", {"engine/cli/commands.h": "COMMAND(check)\nCOMMAND(x)\n"})
    assert len(found) == 1
    assert found[0].startswith("engine/cli/commands.h:2: no file defines x")


def test_a_file_that_clang_format_would_change_is_found(tree):
    found = faults(tree, "format", {"engine/base/mem.c": "int  a;\n"})
    assert found == ["engine/base/mem.c:1: format (1 places); run: make format"]


def test_a_format_file_that_this_clang_format_cannot_read_is_found(tree):
    found = faults(tree, "format", {".clang-format": "NoSuchKey: true\n"})
    assert len(found) == 1 and found[0].startswith(".clang-format:1: ")
