/*
 * play_message.h: one of our messages, as it is shown.
 */
#ifndef CEGAH_CLI_PLAY_MESSAGE_H
#define CEGAH_CLI_PLAY_MESSAGE_H

struct message;
struct play;
struct play_message;

/* Takes down what the message is while it is still queued: its text, what it may leave as,
 * what that costs. Owned. */
struct play_message *play_message_new(
    const struct play *play, const struct message *message);
void play_message_free(struct play_message *shown);
/* Shows it, and counts it. */
void play_message_show(struct play *play, const struct play_message *shown);

#endif
