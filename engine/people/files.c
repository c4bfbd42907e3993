#include "people/files.h"

#include "base/mem.h"
#include "content/campaign.h"

json_t *files_to_value(const struct content_files *files)
{
    json_t *list = json_array();

    for (size_t i = 0; i < files->n; i++) {
        json_t *file = json_pack("{s:s, s:s%}", "name", files->list[i].name, "text",
            files->list[i].text, files->list[i].length);

        if (file == NULL) {
            json_decref(list);
            return NULL;
        }
        json_array_append_new(list, file);
    }
    return list;
}

int files_from_value(const json_t *value, struct content_files *files, struct err *err)
{
    size_t i;
    json_t *item;

    *files = (struct content_files){0};
    if (!json_is_array(value) || json_array_size(value) > 100) {
        return err_set(err, ERR_REFUSED, "files must be a list of at most 100 files");
    }
    files->list = mem_zero(json_array_size(value), sizeof *files->list);
    json_array_foreach(value, i, item)
    {
        json_t *name = json_object_get(item, "name"),
               *text = json_object_get(item, "text");

        if (!json_is_string(name) || !json_is_string(text)) {
            content_files_fini(files);
            return err_set(
                err, ERR_REFUSED, "files[%zu] must have a name and a text", i);
        }
        files->list[files->n++] = (struct content_file){
            .name = mem_copy(json_string_value(name)),
            .text = mem_copy_n(json_string_value(text), json_string_length(text)),
            .length = json_string_length(text),
        };
    }
    return 0;
}

int files_from_json(const char *json, struct content_files *files, struct err *err)
{
    json_t *value = json_loads(json, 0, NULL);
    int result = files_from_value(value, files, err);

    json_decref(value);
    return result;
}
