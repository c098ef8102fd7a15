/* SPDX-License-Identifier: Apache-2.0
 * login/1: who is it? Any number of providers, asked in file order. One checks names and passwords (a directory),
 * another sends people to a site of its own (OpenID Connect); an instance may have several of them. A provider says who
 * somebody is and what he is to be; accounts has the users, the sessions, the limits and the second factors. */
#ifndef JUNCTOR_SERVICE_LOGIN_H
#define JUNCTOR_SERVICE_LOGIN_H

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_LOGIN_SERVICE "login/1"

#define JCT_LOGIN_PASSWORD 1u /* is asked by check */
#define JCT_LOGIN_REDIRECT 2u /* is asked by begin and finish */

#define JCT_LOGIN_READY 1u        /* it answered when it was last asked, or was not asked yet */
#define JCT_LOGIN_CREATES 2u      /* whom the site does not know becomes a user */
#define JCT_LOGIN_LINKS_MAIL 4u   /* a user with the same mail address is the same person, where it is verified */
#define JCT_LOGIN_LOCAL_FACTOR 8u /* REDIRECT: the site's own second factor is asked for, too */

/* One way in. Good for the call. */
typedef struct jct_login_provider {
  uint32_t size;
  uint32_t kind;         /* JCT_LOGIN_PASSWORD or _REDIRECT */
  jct_str name;          /* "acme": letters, digits, "-" and "_"; one provider of a name a site, the first counts */
  jct_str title;         /* for people; empty: the name */
  jct_str icon;          /* SVG markup; empty: whatever the client has for this name */
  jct_str issuer;        /* PASSWORD: the issuer of all its persons; REDIRECT: may be empty until it is known */
  uint32_t flags;        /* JCT_LOGIN_READY, _CREATES, ... */
  uint32_t sync_brake;   /* percent of its users that one comparison may disable; more: none, and a warning */
  uint64_t sync_seconds; /* how often users are compared with `persons`; 0: never */
} jct_login_provider;

#define JCT_LOGIN_MAIL_VERIFIED 1u /* the provider vouches for the mail address */
#define JCT_LOGIN_DISABLED 2u      /* he is known, and switched off there */
#define JCT_LOGIN_RULES 4u         /* groups, roles and ADMIN are to be so from now on; else they are left alone */
#define JCT_LOGIN_ADMIN 8u         /* RULES: he is an administrator */

/* Somebody, as a provider knows him. Good for the call. The identity is (issuer, subject): it never changes and is
 * never another's; name and mail address may be both. */
typedef struct jct_login_person {
  uint32_t size;
  uint32_t flags; /* JCT_LOGIN_MAIL_VERIFIED, ... */
  jct_str issuer;
  jct_str subject;
  jct_str name; /* of the user that is made; what the site allows as a name is the site's to say */
  jct_str email;
  jct_str display_name;
  const jct_str* groups; /* RULES: user groups by name; the first is his one group, the others are extra ones */
  uint64_t group_count;
  const jct_str* roles; /* RULES: admin roles by name */
  uint64_t role_count;
  jct_str refused; /* not empty: he is who he says, and may not in; a sentence with the reason */
} jct_login_person;

/* Exactly one answer, inline or later on `loop`.
 * JCT_OK and a person; JCT_E_DENIED: a wrong password, or what came back from the other site is not to be believed;
 * JCT_E_NOT_FOUND: nobody of that name; JCT_E_LIMIT: too many ask; anything else: the provider cannot say now.
 * `hint`: why, for the log; never a secret. */
typedef struct jct_login_done {
  void* self;
  void (*done)(void* self, jct_status status, const jct_login_person* person, jct_str hint);
  uint32_t loop;
  uint32_t reserved;
} jct_login_done;

/* JCT_OK and the address that the browser is sent to; else as above. */
typedef struct jct_login_begun {
  void* self;
  void (*done)(void* self, jct_status status, jct_str url, jct_str hint);
  uint32_t loop;
  uint32_t reserved;
} jct_login_begun;

/* `row` for each subject that the provider knows, in any order, then `end` once: JCT_OK only where all of them were
 * looked for, so that who had no row is gone. Both on `loop`. */
typedef struct jct_login_rows {
  void* self;
  void (*row)(void* self, const jct_login_person* person);
  void (*end)(void* self, jct_status status, jct_str hint);
  uint32_t loop;
  uint32_t reserved;
} jct_login_rows;

/* What is not of a provider's kinds may be null. None of them blocks; views are good for the call. */
typedef struct jct_login_service {
  uint32_t size;
  uint32_t reserved;
  /* [any] Calls each(to, provider) for every one there is, inline. */
  void (*providers)(void* self, void* to, void (*each)(void* to, const jct_login_provider* provider));
  /* [loop] PASSWORD. Neither is empty. */
  void (*check)(void* self, jct_str provider, jct_str name, jct_str password, const jct_login_done* done);
  /* [loop] REDIRECT. `state`: what the browser shall bring back, a secret of this one log-in; `callback`: where to. */
  void (*begin)(void* self, jct_str provider, jct_str state, jct_str callback, const jct_login_begun* done);
  /* [loop] REDIRECT. `query`: with which the browser came back, as it was sent; `state` and `callback`: those that
   * begin was given. Asked once for each of them. */
  void (*finish)(void* self, jct_str provider, jct_str state, jct_str callback, jct_str query,
                 const jct_login_done* done);
  /* [loop] Who of these is still there, and what is he? For providers with sync_seconds. */
  void (*persons)(void* self, jct_str provider, const jct_str* subjects, uint64_t count, const jct_login_rows* rows);
} jct_login_service;

#ifdef __cplusplus
}
#endif
#endif
