// SPDX-License-Identifier: Apache-2.0
// The options of [login_ldap], and what is made of them.
#pragma once

#include <junctor/config.hpp>

#include "directory.hpp"

namespace junctor::login_ldap {

inline constexpr const char* kScopes[] = {"sub", "one", nullptr};
inline constexpr const char* kGroupWays[] = {"none", "memberof", "search", "chain", nullptr};
inline constexpr const char* kUnmappeds[] = {"keep", "default", "deny", nullptr};
inline constexpr int64_t kSecond = 1'000'000'000;
inline constexpr int64_t kDay = 86'400 * kSecond;

inline constexpr auto kName =
    opt::text("name", "ldap")
        .help("what this directory is called in identities, logs and metrics; another name is another directory");
inline constexpr auto kUrls =
    opt::text("urls", "")
        .list()
        .live()
        .help("the servers, the first that answers is asked: ldap://host, ldaps://host:636; empty: nobody is asked");
inline constexpr auto kStartTls =
    opt::flag("start_tls", "true").live().help("ldap:// goes on in TLS; false: passwords go in plain text");
inline constexpr auto kCaFile =
    opt::path("ca_file", "").read_file().live().help("authorities of the servers' certificates; empty: the system's");
inline constexpr auto kVerify = opt::flag("verify", "true").live().help("the servers' certificates are verified");
inline constexpr auto kBindDn = opt::text("bind_dn", "").live().help("who searches; empty: anonymous");
inline constexpr auto kBindPassword = opt::text("bind_password", "").live().secret().help("of bind_dn");
inline constexpr auto kBase = opt::text("base", "").live().help("where people are: ou=people,dc=example,dc=org");
inline constexpr auto kScope =
    opt::choice("scope", "sub", kScopes).live().help("sub: everything below base; one: its children");
inline constexpr auto kFilter =
    opt::text("filter", "(objectClass=person)").live().help("who of them may be asked for; empty: all");
inline constexpr auto kUserAttributes = opt::text("user_attributes", "uid")
                                            .list()
                                            .live()
                                            .help("what people log in with; the first is the name of the user");
inline constexpr auto kIdAttribute =
    opt::text("id_attribute", "entryUUID").live().help("what never changes of a person: entryUUID, or objectGUID (AD)");
inline constexpr auto kMailAttribute = opt::text("mail_attribute", "mail").live().help("empty: none");
inline constexpr auto kDisplayAttribute = opt::text("display_attribute", "cn").live().help("empty: none");
inline constexpr auto kGroups = opt::choice("groups", "search", kGroupWays)
                                    .live()
                                    .help(
                                        "search: walked upwards, nested ones too; chain: AD's own rule for nested "
                                        "ones; memberof: the attribute alone");
inline constexpr auto kGroupBase = opt::text("group_base", "").live().help("where groups are; empty: base");
inline constexpr auto kGroupFilter = opt::text("group_filter", "").live().help("which of them count; empty: all");
inline constexpr auto kGroupAttribute = opt::text("group_attribute", "cn").live().help("the name of a group");
inline constexpr auto kMemberAttribute =
    opt::text("member_attribute", "member").live().help("who is in it: member, uniqueMember, memberUid");
inline constexpr auto kMap = opt::text("map", "").list().live().help(
    "by DN or name: \"ops -> group Operators\", \"helpdesk -> role Helpdesk\", \"it -> administrator\", \"ex -> "
    "deny\"");
inline constexpr auto kUnmapped = opt::choice("unmapped", "keep", kUnmappeds)
                                      .live()
                                      .help(
                                          "whom no line of map gives a group: keeps his, gets default_group, or may "
                                          "not in");
inline constexpr auto kDefaultGroup = opt::text("default_group", "").live().help("for unmapped = \"default\"");
inline constexpr auto kRequired =
    opt::text("required_groups", "").list().live().help("who is in none of these may not in; empty: all may");
inline constexpr auto kAutoCreate =
    opt::flag("auto_create", "true").live().help("whom the site does not know becomes a user at his first log-in");
inline constexpr auto kTimeout = opt::duration("timeout", "5s")
                                     .range(kSecond / 10, 60 * kSecond)
                                     .live()
                                     .help("of one step with a server; a log-in takes twice as long at most");
inline constexpr auto kRetry =
    opt::duration("retry", "5s").range(0, 3600 * kSecond).live().help("after a failure nobody is asked for so long");
inline constexpr auto kAtOnce = opt::count("at_once", "2").range(1, 64).live().help("questions at once");
inline constexpr auto kWaiting =
    opt::count("waiting", "200").range(1, 100'000).live().help("log-ins that wait for that; more are refused");
inline constexpr auto kSyncEvery = opt::duration("sync_every", "1h")
                                       .range(0, 30 * kDay)
                                       .live()
                                       .help("how often who has gone is looked for and disabled; 0s: never");
inline constexpr auto kSyncBrake = opt::count("sync_brake", "20")
                                       .range(1, 100)
                                       .live()
                                       .help("percent of the users; more than that are not disabled at once");

inline constexpr auto kAll =
    options(kName, kUrls, kStartTls, kCaFile, kVerify, kBindDn, kBindPassword, kBase, kScope, kFilter, kUserAttributes,
            kIdAttribute, kMailAttribute, kDisplayAttribute, kGroups, kGroupBase, kGroupFilter, kGroupAttribute,
            kMemberAttribute, kMap, kUnmapped, kDefaultGroup, kRequired, kAutoCreate, kTimeout, kRetry, kAtOnce,
            kWaiting, kSyncEvery, kSyncBrake);

/// Throws Error for what cannot work, in words that say the mend.
DirectorySettings read_directory(const Config& config);

}  // namespace junctor::login_ldap
