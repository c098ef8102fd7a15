// SPDX-License-Identifier: Apache-2.0
// The options of [mail_smtp], and what is made of them.
#pragma once

#include <junctor/config.hpp>

#include "outbox.hpp"
#include "smtp.hpp"

namespace junctor::mail_smtp {

inline constexpr const char* kSecurities[] = {"starttls", "tls", "none", nullptr};
inline constexpr const char* kLanguages[] = {"en", "it", nullptr};
inline constexpr int64_t kSecond = 1'000'000'000;
inline constexpr int64_t kDay = 86'400 * kSecond;

inline constexpr auto kHost = opt::text("host", "").live().help("the mail server; empty: no mails are sent");
inline constexpr auto kPort =
    opt::count("port", "587").range(1, 65'535).live().help("its port: 587 for starttls, 465 for tls");
inline constexpr auto kSecurity =
    opt::choice("security", "starttls", kSecurities).live().help("how the connection is kept secret");
inline constexpr auto kAccount = opt::text("account", "").live().help("to log in with; empty: nobody logs in");
inline constexpr auto kPassword = opt::text("password", "").live().secret().help("of the account");
inline constexpr auto kFrom = opt::text("from", "").live().help("address that mails come from");
inline constexpr auto kFromName = opt::text("from_name", "Junctor").live().help("name that mails come from");
inline constexpr auto kSite =
    opt::text("site", "").live().help("what mails call this site; empty: the address's domain");
inline constexpr auto kLanguage = opt::choice("language", "en", kLanguages).live().help("language of the mails");
inline constexpr auto kTemplates =
    opt::path("templates", "").live().help("directory of files in place of the built-in words: invitation.en.txt");
inline constexpr auto kCaFile =
    opt::path("ca_file", "").read_file().live().help("authorities of the server's certificate; empty: the system's");
inline constexpr auto kVerify = opt::flag("verify", "true").live().help("the server's certificate is verified");
inline constexpr auto kTimeout =
    opt::duration("timeout", "30s").range(kSecond, 600 * kSecond).live().help("how long the server may be silent");
inline constexpr auto kQueue = opt::count("queue", "1000").range(1, 1'000'000).live().help("mails that wait at once");
inline constexpr auto kEachHour =
    opt::count("per_recipient", "10").range(1, 100'000).live().help("mails to one address in an hour");
inline constexpr auto kRetry = opt::duration("retry", "1m")
                                   .range(kSecond, kDay)
                                   .live()
                                   .help("before a mail is tried again; each time twice as long, an hour at most");
inline constexpr auto kGiveUp =
    opt::duration("give_up", "1d").range(0, 30 * kDay).live().help("how old a mail is when it is tried no more");

inline constexpr auto kAll = options(kHost, kPort, kSecurity, kAccount, kPassword, kFrom, kFromName, kSite, kLanguage,
                                     kTemplates, kCaFile, kVerify, kTimeout, kQueue, kEachHour, kRetry, kGiveUp);

/// Throws Error for what cannot work: a host without a sender's address.
Server read_server(const Config& config);
Outbox::Limits read_limits(const Config& config);

}  // namespace junctor::mail_smtp
