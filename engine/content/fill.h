/*
 * fill.h: templates: a text with {nama}, {lembaga}, {kab}, {telp}, {kode}, {layanan},
 * {judul}, {hari}, {tgl}, {jam}, {zona} and {link} in it.
 */
#ifndef CEGAH_CONTENT_FILL_H
#define CEGAH_CONTENT_FILL_H

#include <stddef.h>

/* Values for placeholders; any may be NULL (fills as ""). */
struct fill {
    const char *nama, *lembaga, *kab, *telp, *kode, *layanan;
    const char *judul, *hari, *tgl, *jam, *zona, *link;
};

/* Fills the placeholders, each cut to its limit (nama 12, lembaga 12, kab 10, telp 14,
 * kode 6, layanan 20, judul 24, hari 6, tgl 6, jam 5, zona 4, link 24 characters). Returns
 * an owned text. {layanan}, and {telp} beside it, are a service's in a step that refers to
 * one; those from {judul} on an event's, in a step that is placed around one. */
char *text_fill(const char *template_text, const struct fill *fill);
/* As text_fill(), with every placeholder at its limit: what a text can come to. */
char *text_fill_longest(const char *template_text);

/* The limit of a placeholder by its name (length bytes), in characters; 0: none of ours. */
size_t placeholder_limit(const char *name, size_t length);
/* The nearest placeholder to a mistyped name, "{nama}", borrowed for ever; or NULL. */
const char *placeholder_nearest(const char *name);
/* Characters (code points) of a UTF-8 text. */
size_t text_characters(const char *text);

#endif
