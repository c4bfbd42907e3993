/* YAML with positions: what is taken, what is refused, and where it points. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "content/yaml.h"

/* One parsed text with its problems; fini() ends it. */
struct parsed {
    struct problems problems;
    struct yaml_document *document;
};

static struct parsed parse_n(const char *text, size_t length)
{
    struct parsed parsed;

    problems_init(&parsed.problems);
    parsed.document = yaml_parse("f.yaml", text, length, &parsed.problems);
    return parsed;
}

static struct parsed parse(const char *text)
{
    return parse_n(text, strlen(text));
}

static void fini(struct parsed *parsed)
{
    yaml_free(parsed->document);
    problems_fini(&parsed->problems);
}

static void assert_refused(const char *text, int line, int column, const char *words)
{
    struct parsed parsed = parse(text);

    if (parsed.document != NULL) {
        fail_msg("taken: %s", text);
    }
    assert_int_equal(parsed.problems.errors, 1);
    if (strstr(parsed.problems.list[0].text, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", parsed.problems.list[0].text, words);
    }
    assert_int_equal(parsed.problems.list[0].line, line);
    assert_int_equal(parsed.problems.list[0].column, column);
    fini(&parsed);
}

static void assert_node(
    const struct yaml_node *node, const char *text, int line, int column)
{
    assert_non_null(node);
    assert_int_equal(node->kind, YAML_SCALAR);
    assert_string_equal(node->text, text);
    assert_int_equal(node->line, line);
    assert_int_equal(node->column, column);
}

static void every_node_knows_its_place(void **state)
{
    struct parsed parsed = parse("a: 1\nb: [x, \"y\"]\nc:\n  - é: z\n    k: 'q'\n");
    const struct yaml_node *root = yaml_root(parsed.document), *list, *item;

    (void)state;
    assert_int_equal(root->kind, YAML_MAPPING);
    assert_int_equal(root->n, 3);
    assert_node(yaml_find(root, "a"), "1", 1, 4);
    list = yaml_find(root, "b");
    assert_int_equal(list->kind, YAML_SEQUENCE);
    assert_int_equal(list->n, 2);
    assert_node(list->children, "x", 2, 5);
    assert_node(list->children->next, "y", 2, 8);
    assert_true(list->children->next->quoted);
    item = yaml_find(root, "c")->children;
    assert_int_equal(item->line, 4);
    assert_int_equal(item->column, 5);
    assert_int_equal(item->children->key_column, 5);
    assert_node(item->children, "z", 4, 8);
    assert_node(yaml_find(item, "k"), "q", 5, 8);
    assert_int_equal(yaml_find(item, "k")->key_line, 5);
    assert_null(yaml_find(item, "nothing"));
    fini(&parsed);
}

static void tags_stay_with_their_scalars(void **state)
{
    struct parsed parsed = parse("a: !env NAME\nb: !file /run/x\nc: plain\n");
    const struct yaml_node *root = yaml_root(parsed.document);

    (void)state;
    assert_string_equal(yaml_find(root, "a")->tag, "!env");
    assert_string_equal(yaml_find(root, "a")->text, "NAME");
    assert_string_equal(yaml_find(root, "b")->tag, "!file");
    assert_null(yaml_find(root, "c")->tag);
    fini(&parsed);
}

static void null_is_an_empty_text(void **state)
{
    struct parsed parsed = parse("a: ~\nb: null\nc:\nd: \"null\"\n");
    const struct yaml_node *root = yaml_root(parsed.document);

    (void)state;
    assert_string_equal(yaml_find(root, "a")->text, "");
    assert_string_equal(yaml_find(root, "b")->text, "");
    assert_string_equal(yaml_find(root, "c")->text, "");
    assert_string_equal(yaml_find(root, "d")->text, "null");
    fini(&parsed);
}

static void an_empty_file_has_no_root(void **state)
{
    struct parsed parsed = parse("# only a comment\n");

    (void)state;
    assert_non_null(parsed.document);
    assert_null(yaml_root(parsed.document));
    assert_string_equal(yaml_path(parsed.document), "f.yaml");
    fini(&parsed);
}

static void broken_syntax_points_at_its_place(void **state)
{
    (void)state;
    assert_refused("a:\n  b: 1\n c: 2\n", 3, 2, "indentation");
    assert_refused("a: \"x\n", 1, 5, "closing quote");
    assert_refused("say: halo: apa\n", 1, 10, "nested block mapping");
    assert_refused("a: @x\n", 1, 4, "cannot start");
}

static void a_key_stands_once(void **state)
{
    (void)state;
    assert_refused("a: 1\nb: 2\na: 3\n", 3, 1, "\"a\" stands twice");
    assert_refused("{\"a\": 1, \"a\": 2}", 1, 10, "\"a\" stands twice");
}

static void anchors_aliases_and_other_tags_are_refused(void **state)
{
    (void)state;
    assert_refused("a: &x 1\n", 1, 4, "anchors");
    assert_refused("a: &x [1]\n", 1, 4, "anchors");
    assert_refused("a: 1\nb: *x\n", 2, 4, "anchors");
    assert_refused("a: !!int 1\n", 1, 10, "tag");
    assert_refused("a: !env [x]\n", 1, 9, "tag");
}

static void one_document_of_text_keys_is_a_file(void **state)
{
    (void)state;
    assert_refused("a: 1\n---\nb: 2\n", 2, 1, "second document");
    assert_refused("? [a]\n: b\n", 1, 3, "plain word");
}

static void bytes_that_are_no_text_are_refused(void **state)
{
    static const char nul[] = "a: 1\nb: \0\n";
    struct parsed parsed = parse_n(nul, sizeof nul - 1);

    (void)state;
    assert_null(parsed.document);
    assert_int_equal(parsed.problems.list[0].line, 2);
    assert_int_equal(parsed.problems.list[0].column, 4);
    fini(&parsed);
    assert_refused("a: \xFF\n", 1, 4, "UTF-8");
    assert_refused("a: \"\\0\"\n", 1, 4, "NUL");
}

static void size_and_depth_have_limits(void **state)
{
    static char text[YAML_BYTES_MAX + 2];
    struct parsed parsed;

    (void)state;
    memset(text, '#', sizeof text);
    parsed = parse_n(text, YAML_BYTES_MAX + 1);
    assert_null(parsed.document);
    assert_non_null(strstr(parsed.problems.list[0].text, "longer than"));
    fini(&parsed);
    parsed = parse_n(text, YAML_BYTES_MAX);
    assert_non_null(parsed.document);
    fini(&parsed);
    memset(text, '[', 100);
    parsed = parse_n(text, 100);
    assert_null(parsed.document);
    assert_non_null(strstr(parsed.problems.list[0].text, "deeper"));
    fini(&parsed);
}

static void a_mapping_has_at_most_a_thousand_keys(void **state)
{
    struct buf text;
    struct parsed parsed;

    (void)state;
    buf_init(&text, 100000);
    for (int i = 0; i < 1001; i++) {
        buf_add_format(&text, "k%d: 1\n", i);
    }
    parsed = parse(buf_text(&text));
    assert_null(parsed.document);
    assert_int_equal(parsed.problems.list[0].line, 1001);
    fini(&parsed);
    buf_fini(&text);
}

static void a_problem_prints_path_line_caret_and_advice(void **state)
{
    struct parsed parsed = parse("a: 1\nnama: \"é {nma}\"\n");
    const struct yaml_node *node = yaml_find(yaml_root(parsed.document), "nama");
    struct yaml_node place = yaml_place(parsed.document, node, "{nma}");
    struct buf out;

    (void)state;
    yaml_error(parsed.document, &place, &parsed.problems, "Did you mean {nama}?",
        "unknown placeholder %s", "{nma}");
    yaml_warning(parsed.document, NULL, &parsed.problems, NULL, "as a whole");
    yaml_key_error(parsed.document, node, &parsed.problems, NULL, "the key");
    buf_init(&out, 10000);
    problems_print(&parsed.problems, &out);
    assert_string_equal(buf_text(&out),
        "f.yaml:2:10: error: unknown placeholder {nma}\n"
        "    nama: \"é {nma}\"\n"
        "             ^\n"
        "    Did you mean {nama}?\n"
        "f.yaml: warning: as a whole\n"
        "f.yaml:2:1: error: the key\n"
        "    nama: \"é {nma}\"\n"
        "    ^\n");
    assert_int_equal(parsed.problems.errors, 2);
    assert_int_equal(parsed.problems.warnings, 1);
    buf_fini(&out);
    fini(&parsed);
}

static void problems_past_the_maximum_are_counted(void **state)
{
    struct parsed parsed = parse("a: 1\n");
    struct buf out;

    (void)state;
    for (int i = 0; i < PROBLEMS_MAX + 3; i++) {
        yaml_error(parsed.document, NULL, &parsed.problems, NULL, "n");
    }
    assert_int_equal(parsed.problems.n, PROBLEMS_MAX);
    assert_int_equal(parsed.problems.errors, PROBLEMS_MAX + 3);
    buf_init(&out, 100000);
    problems_print(&parsed.problems, &out);
    assert_non_null(strstr(buf_text(&out), "and 3 more"));
    buf_fini(&out);
    fini(&parsed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_node_knows_its_place),
        cmocka_unit_test(tags_stay_with_their_scalars),
        cmocka_unit_test(null_is_an_empty_text),
        cmocka_unit_test(an_empty_file_has_no_root),
        cmocka_unit_test(broken_syntax_points_at_its_place),
        cmocka_unit_test(a_key_stands_once),
        cmocka_unit_test(anchors_aliases_and_other_tags_are_refused),
        cmocka_unit_test(one_document_of_text_keys_is_a_file),
        cmocka_unit_test(bytes_that_are_no_text_are_refused),
        cmocka_unit_test(size_and_depth_have_limits),
        cmocka_unit_test(a_mapping_has_at_most_a_thousand_keys),
        cmocka_unit_test(a_problem_prints_path_line_caret_and_advice),
        cmocka_unit_test(problems_past_the_maximum_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
