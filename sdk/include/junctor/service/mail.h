/* SPDX-License-Identifier: Apache-2.0
 * mail/1: mails to people. One provider. What a mail says is the provider's templates'; who sends names one and gives
 * its values. */
#ifndef JUNCTOR_SERVICE_MAIL_H
#define JUNCTOR_SERVICE_MAIL_H

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_MAIL_SERVICE "mail/1"

typedef struct jct_mail_value {
  jct_str name; /* "link" */
  jct_str text; /* UTF-8 */
} jct_mail_value;

/* Good for the call. */
typedef struct jct_mail {
  uint32_t size;
  uint32_t reserved;
  jct_str to;   /* one address */
  jct_str name; /* of the template: "invitation", "reset", "password_changed", "code", "alarm", "test" */
  const jct_mail_value* values;
  uint64_t value_count;
} jct_mail;

typedef struct jct_mail_service {
  uint32_t size;
  uint32_t reserved;
  /* [any] Queues a mail; what becomes of it is the provider's to log. JCT_E_ARG for an unknown template or no address,
   * JCT_E_LIMIT where the queue or the recipient's share is full, JCT_E_UNSUPPORTED where no server is configured. */
  jct_status (*send)(void* self, const jct_mail* mail);
  /* [any] 1 where a server is configured. */
  uint32_t (*ready)(void* self);
} jct_mail_service;

#ifdef __cplusplus
}
#endif
#endif
