// SPDX-License-Identifier: Apache-2.0
// The options of [login_oidc], and what is made of them.
#pragma once

#include <junctor/config.hpp>

#include <vector>

#include "provider.hpp"

namespace junctor::login_oidc {

inline constexpr const char* kUnmappeds[] = {"keep", "default", "deny", nullptr};
inline constexpr int64_t kSecond = 1'000'000'000;

// ---- [[login_oidc.provider]] ----
inline constexpr auto kName = opt::text("name", nullptr)
                                  .required()
                                  .help(
                                      "what clients show: letters, digits, - and _; google, azure, okta, "
                                      "gitlab, github, apple, auth0 have icons of their own");
inline constexpr auto kTitle = opt::text("title", "").help("for pages that people read; empty: the name");
inline constexpr auto kIcon = opt::path("icon", "").read_file().help("an SVG file of at most 16 KiB, for clients");
inline constexpr auto kEnabled = opt::flag("enabled", "true").help("false: nobody is sent there");
inline constexpr auto kIssuer =
    opt::text("issuer", nullptr)
        .required()
        .help("its address, letter by letter as it calls itself: https://accounts.google.com");
inline constexpr auto kClientId = opt::text("client_id", nullptr).required().help("what it calls this server");
inline constexpr auto kClientSecret =
    opt::text("client_secret", "").secret().help("what it knows this server by; empty: PKCE alone");
inline constexpr auto kScopes = opt::text("scopes", "openid,profile,email").list().help("what is asked for");
inline constexpr auto kUserClaim =
    opt::text("user_claim", "").help("the user's name; empty: preferred_username, upn, or what stands before the @");
inline constexpr auto kMailClaim = opt::text("mail_claim", "email").help("the mail address");
inline constexpr auto kDisplayClaim = opt::text("display_claim", "name").help("the name that people read");
inline constexpr auto kGroupsClaim = opt::text("groups_claim", "groups").help("groups or roles: realm_access.roles");
inline constexpr auto kAutoCreate =
    opt::flag("auto_create", "true").help("whom the site does not know becomes a user at his first log-in");
inline constexpr auto kLinkMail =
    opt::flag("link_by_verified_email", "false").help("a user with the same verified mail address is the same person");
inline constexpr auto kTrustMail =
    opt::flag("trust_mail", "false").help("its mail addresses are verified, though it does not say so (Entra)");
inline constexpr auto kMailDomains =
    opt::text("mail_domains", "").list().help("verified mail addresses of these alone may in; empty: all");
inline constexpr auto kLocalFactor =
    opt::flag("local_2fa", "false").help("this site's second factor is asked for, too");
inline constexpr auto kMap = opt::text("map", "").list().help(
    "\"ops -> group Operators\", \"helpdesk -> role Helpdesk\", \"it -> administrator\", \"ex -> deny\"");
inline constexpr auto kUnmapped =
    opt::choice("unmapped", "keep", kUnmappeds)
        .help("whom no line of map gives a group: keeps his, gets default_group, or may not in");
inline constexpr auto kDefaultGroup = opt::text("default_group", "").help("for unmapped = \"default\"");
inline constexpr auto kRequired =
    opt::text("required_groups", "").list().help("who is in none of these may not in; empty: all may");
inline constexpr auto kCaFile =
    opt::path("ca_file", "").read_file().help("authorities of its certificate; empty: the system's");

inline constexpr auto kFields =
    options(kName, kTitle, kIcon, kEnabled, kIssuer, kClientId, kClientSecret, kScopes, kUserClaim, kMailClaim,
            kDisplayClaim, kGroupsClaim, kAutoCreate, kLinkMail, kTrustMail, kMailDomains, kLocalFactor, kMap,
            kUnmapped, kDefaultGroup, kRequired, kCaFile);

// ---- [login_oidc] ----
inline constexpr auto kProviders = opt::records<kFields>("provider").live().help("sites that people may log in with");
inline constexpr auto kTimeout = opt::duration("timeout", "5s")
                                     .range(kSecond / 10, 60 * kSecond)
                                     .help("how long a provider may take for one answer");
inline constexpr auto kRefresh = opt::duration("refresh", "1h")
                                     .range(60 * kSecond, 86'400 * kSecond)
                                     .live()
                                     .help("how often a provider is asked what it is");
inline constexpr auto kAtOnce = opt::count("at_once", "2").range(1, 64).live().help("questions at once");
inline constexpr auto kWaiting =
    opt::count("waiting", "200").range(1, 100'000).live().help("log-ins that wait for that; more are refused");

inline constexpr auto kAll = options(kProviders, kTimeout, kRefresh, kAtOnce, kWaiting);

/// Throws Error for what cannot work, in words that say the mend. Those that are not enabled are left out.
std::vector<ProviderSettings> read_providers(const Config& config);

}  // namespace junctor::login_oidc
