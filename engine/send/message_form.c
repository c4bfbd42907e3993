#include "send/message_form.h"

#include <jansson.h>

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text != NULL) {
        json_object_set_new(object, key, json_string(text));
    }
}

static void set_list(
    json_t *object, const char *key, const char *const *texts, size_t n)
{
    json_t *list;

    if (n == 0) {
        return;
    }
    list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(
            list, texts[i] == NULL ? json_null() : json_string(texts[i]));
    }
    json_object_set_new(object, key, list);
}

char *message_form_write(const struct message_form *form)
{
    json_t *object = json_object(), *list;
    char *text = NULL;

    set_text(object, "template", form->template_name);
    if (form->template_name != NULL) {
        set_text(object, "language", form->template_language);
        set_list(object, "parameters", form->parameters, form->parameters_n);
        if (form->parameters_n > 0 && form->parameter_names[0] != NULL) {
            set_list(object, "names", form->parameter_names, form->parameters_n);
        }
        set_text(object, "header", form->header_media_url);
        set_list(object, "buttons", form->button_payloads, form->buttons_n);
    }
    if (form->choices_n > 0) {
        list = json_array();
        for (size_t i = 0; i < form->choices_n; i++) {
            json_array_append_new(
                list, json_pack("[s,s]", form->choices[i].id, form->choices[i].title));
        }
        json_object_set_new(object, "choices", list);
    }
    set_text(object, "media", form->media_url);
    set_text(object, "media_type", form->media_type);
    if (json_object_size(object) > 0) {
        text = json_dumps(object, JSON_COMPACT);
    }
    json_decref(object);
    return text;
}

static size_t read_list(json_t *list, const char **texts)
{
    size_t n = 0;

    while (n < json_array_size(list) && n < FORM_LIST_MAX) {
        texts[n] = json_string_value(json_array_get(list, n));
        n++;
    }
    return n;
}

void message_form_read(const char *json, struct message_form *form)
{
    json_t *object = json == NULL ? NULL : json_loads(json, 0, NULL);
    json_t *choices = json_object_get(object, "choices");

    *form = (struct message_form){.memory = object};
    if (object == NULL) {
        return;
    }
    form->template_name = json_string_value(json_object_get(object, "template"));
    form->template_language = json_string_value(json_object_get(object, "language"));
    form->parameters_n =
        read_list(json_object_get(object, "parameters"), form->parameters);
    read_list(json_object_get(object, "names"), form->parameter_names);
    form->header_media_url = json_string_value(json_object_get(object, "header"));
    form->buttons_n =
        read_list(json_object_get(object, "buttons"), form->button_payloads);
    while (
        form->choices_n < json_array_size(choices) && form->choices_n < FORM_LIST_MAX) {
        json_t *choice = json_array_get(choices, form->choices_n);

        form->choices[form->choices_n++] =
            (struct message_choice){json_string_value(json_array_get(choice, 0)),
                json_string_value(json_array_get(choice, 1))};
    }
    form->media_url = json_string_value(json_object_get(object, "media"));
    form->media_type = json_string_value(json_object_get(object, "media_type"));
}

void message_form_fini(struct message_form *form)
{
    json_decref(form->memory);
    *form = (struct message_form){0};
}
