/*
 * reason_code.h: what a gateway's own code means, where it says more than its class.
 */
#ifndef CEGAH_REPORT_REASON_CODE_H
#define CEGAH_REPORT_REASON_CODE_H

/*
 * Returns the sentence of a code within a failure class ("" for none), borrowed for ever:
 * what happened and what to do. NULL when the code says no more than its class. Codes are
 * WhatsApp's numbers, a carrier's receipt ("EXPIRED", "UNDELIV/011"), SMPP's refusals
 * ("NACK/0x…"), Kannel's report types and HTTP's status. "account:190" is told from an SMS
 * gateway's "190" by its class.
 */
const char *reason_code_sentence(const char *class, const char *code);

#endif
