// SPDX-License-Identifier: Apache-2.0
// The options of [accounts] (accounts.md 20), and what is made of them. Values.
#pragma once

#include <junctor/config.hpp>

#include "accounts/admin_api/admin_side.hpp"
#include "accounts/client_api/client_side.hpp"
#include "accounts/live/roster.hpp"
#include "accounts/login/log_in.hpp"
#include "accounts/login/passwords.hpp"

namespace junctor::accounts {

namespace option {

inline constexpr const char* kAdmissions[] = {"open", "approve", "deploy", nullptr};
inline constexpr const char* kInitiates[] = {"by_admission", "anyone", "logged_in", "listed", nullptr};
inline constexpr const char* kUnassigneds[] = {"everyone", "logged_in", "admins", nullptr};
inline constexpr const char* kBlocks[] = {"everyone", "all_but_admins", nullptr};
inline constexpr const char* kOnOff[] = {"on", "off", nullptr};
inline constexpr const char* kPresetModes[] = {"off", "first", "fill", "always", nullptr};
inline constexpr const char* kPasswordLogins[] = {"all", "admins_only", "off", nullptr};
inline constexpr const char* kFactors[] = {"none", "administrators", "all", nullptr};
inline constexpr const char* kReleases[] = {"clear", "keep", nullptr};
inline constexpr int64_t kSecond = 1'000'000'000;
inline constexpr int64_t kDay = 86'400 * kSecond;

// ---- who may what ----
inline constexpr auto kPublicUrl =
    opt::text("public_url", "").live().help("how browsers and clients reach the API: https://rd.example.org");
inline constexpr auto kAdmission =
    opt::choice("admission", "open", kAdmissions).live().help("what becomes of a device that is new");
inline constexpr auto kInitiate = opt::choice("initiate", "by_admission", kInitiates)
                                      .live()
                                      .help("who may start a session; by admission: anyone under open, else logged_in");
inline constexpr auto kListed =
    opt::text("listed", "").list().live().help("users and user groups that may start sessions, for initiate = listed");
inline constexpr auto kUnassigned = opt::choice("unassigned", "everyone", kUnassigneds)
                                        .live()
                                        .help("who reaches devices without owner, group and share");
inline constexpr auto kAdminsReachAll =
    opt::flag("admins_reach_all", "true").live().help("administrators reach every device");
inline constexpr auto kOwnerDisabledBlocks = opt::choice("owner_disabled_blocks", "everyone", kBlocks)
                                                 .live()
                                                 .help("who does not reach the devices of a disabled user");
inline constexpr auto kHideDevices =
    opt::flag("hide_devices", "false").live().help("what one may not reach is told as if it did not exist");
inline constexpr auto kAccessibleList =
    opt::choice("accessible_list", "on", kOnOff).live().help("the clients' tab of accessible devices");
inline constexpr auto kInitiateNetworks =
    opt::network("initiate_networks", "").list().live().help("from where sessions may be started; empty: anywhere");
inline constexpr auto kConsoleNetworks =
    opt::network("console_networks", "").list().live().help("from where the console may be used; empty: anywhere");
inline constexpr auto kAdminNetworks =
    opt::network("admin_networks", "").list().live().help("from where administrators may log in; empty: anywhere");

// ---- devices ----
inline constexpr auto kLoginAssigns =
    opt::flag("login_assigns", "true").live().help("a log-in on a device without owner makes it its user's");
inline constexpr auto kPresets =
    opt::choice("presets", "fill", kPresetModes).live().help("what the presets of a custom client may set");
inline constexpr auto kPurgeDevices =
    opt::count("purge_devices", "0")
        .range(0, 36'500)
        .live()
        .help(
            "days after which a device is removed of which nothing was heard, in signalling or "
            "by heartbeats, once the server has run for half a day; 0: never");
inline constexpr auto kPresenceEvery = opt::duration("presence_every", "30s")
                                           .range(5 * kSecond, kDay)
                                           .live()
                                           .help("how often signalling is asked about devices that send no heartbeats");
inline constexpr auto kOnRelease = opt::choice("on_release", "clear", kReleases)
                                       .live()
                                       .help("a key that a strategy no longer has: cleared on devices, or kept");
inline constexpr auto kCutRunning =
    opt::flag("cut_running", "false").live().help("disabling, revoking and logging out cut running sessions");

// ---- books, logs ----
inline constexpr auto kShareOutsideGroup =
    opt::flag("share_outside_group", "false").live().help("address books may be shared beyond one's own group");
inline constexpr auto kUsersMakeBooks =
    opt::flag("users_make_books", "true").live().help("any user may make shared books");
inline constexpr auto kLogsAdminOnly = opt::flag("logs_admin_only", "false").live().help("plain users see no logs");
inline constexpr auto kRetention =
    opt::count("retention", "365").range(0, 36'500).live().help("days that logs are kept; 0: for ever");

// ---- log-in ----
inline constexpr auto kPasswordLogin =
    opt::choice("password_login", "all", kPasswordLogins).live().help("who may log in with a password");
inline constexpr auto kSecondFactor =
    opt::choice("second_factor", "none", kFactors).live().help("who must have a second factor");
inline constexpr auto kClientIdle = opt::duration("client_idle", "90d")
                                        .range(60 * kSecond, 3650 * kDay)
                                        .live()
                                        .help("a client's session ends when it was not used for so long");
inline constexpr auto kConsoleIdle = opt::duration("console_idle", "12h")
                                         .range(60 * kSecond, 3650 * kDay)
                                         .live()
                                         .help("a console's session ends when it was not used for so long");
inline constexpr auto kConsoleLongest = opt::duration("console_longest", "30d")
                                            .range(60 * kSecond, 3650 * kDay)
                                            .live()
                                            .help("a console's session ends at the latest after so long");
inline constexpr auto kTrusted = opt::duration("trusted", "30d")
                                     .range(0, 3650 * kDay)
                                     .live()
                                     .help("how long a device is not asked for a second factor again");
inline constexpr auto kTrustDevices =
    opt::flag("trust_devices", "true").live().help("a client's device is trusted after a right code");
inline constexpr auto kFailuresMinute = opt::count("login_failures_minute", "6")
                                            .range(1, 100'000)
                                            .live()
                                            .help("wrong log-ins of an account from one source in a minute");
inline constexpr auto kFailuresHour = opt::count("login_failures_hour", "30")
                                          .range(1, 100'000)
                                          .live()
                                          .help("wrong log-ins of an account from one source in an hour");
inline constexpr auto kFailuresSource = opt::count("login_failures_source", "60")
                                            .range(1, 1'000'000)
                                            .live()
                                            .help("wrong log-ins of one source over all accounts in a minute");
inline constexpr auto kResetMails =
    opt::count("reset_mails", "5")
        .range(1, 10'000)
        .live()
        .help(
            "mails with a link for a new password that an account is sent in an hour; four times as "
            "many from one source");
inline constexpr auto kFailureBuckets = opt::count("login_failures_kept", "100000")
                                            .range(100, 100'000'000)
                                            .live()
                                            .help("accounts and sources whose failures are remembered at once");
inline constexpr auto kLoginWait = opt::duration("login_code_wait", "5m")
                                       .range(10 * kSecond, kDay)
                                       .help("how long a log-in waits for its second factor");
inline constexpr auto kLoginTries =
    opt::count("login_code_tries", "5").range(1, 100).help("wrong codes that end a log-in");
inline constexpr auto kLoginsOpen =
    opt::count("login_codes_open", "10000").range(1, 10'000'000).help("log-ins that wait for a code at once");
inline constexpr auto kPasswordMin =
    opt::count("password_min", "10").range(1, 256).help("characters that a password has at least");
inline constexpr auto kPasswordMax =
    opt::count("password_max", "256").range(16, 1024).help("characters that a password has at most");
inline constexpr auto kHashMemory =
    opt::size("password_memory", "32MiB").range(1 << 20, int64_t{1} << 32).help("memory of one Argon2id");
inline constexpr auto kHashPasses = opt::count("password_passes", "3").range(1, 100).help("passes of one Argon2id");
inline constexpr auto kHashThreads =
    opt::count("password_threads", "2").range(1, 64).help("passwords that are hashed at once, at low priority");
inline constexpr auto kHashQueue =
    opt::count("password_queue", "2000").range(1, 1'000'000).help("log-ins that wait for that; more are refused");

// ---- calls of clients and devices ----
inline constexpr int64_t kMany = 100'000'000;
inline constexpr auto kMaxPeers =
    opt::count("max_peer_one_ab", "0").range(0, 1'000'000).live().help("entries of one address book; 0: no bound");
inline constexpr auto kLegacyPeers = opt::count("legacy_book_entries", "10000")
                                         .range(1, 1'000'000)
                                         .live()
                                         .help("entries of an address book that old clients send or get as a whole");
inline constexpr auto kCallsAddress = opt::count("device_calls_per_address", "6000")
                                          .range(0, kMany)
                                          .help("calls of devices from one address in a minute; 0: no limit");
inline constexpr auto kCallsDevice =
    opt::count("device_calls_per_device", "120").range(0, kMany).help("calls of one device in a minute; 0: no limit");
inline constexpr auto kHeartbeatFlush =
    opt::duration("heartbeat_flush", "10s").range(kSecond, kDay).help("how often what heartbeats told is stored");
inline constexpr auto kEnforceEvery = opt::duration("enforce_every", "5m")
                                          .range(kSecond, kDay)
                                          .live()
                                          .help("how often an enforced strategy is sent again");
inline constexpr auto kGrantClock = opt::duration("switch_grant_clock", "60s")
                                        .range(kSecond, kDay)
                                        .live()
                                        .help("by how much a device's clock may differ in a grant to change sides");
inline constexpr auto kGrantLife =
    opt::duration("switch_grant_life", "30s").range(kSecond, kDay).help("how long a grant to change sides is good");
inline constexpr auto kGrants =
    opt::count("switch_grants", "10000").range(1, kMany).help("grants to change sides at once");
inline constexpr auto kAuditRefs = opt::count("audit_refs", "100000")
                                       .range(1, kMany)
                                       .help("pushes whose user is remembered for the log, for 10 minutes");
inline constexpr auto kNonces =
    opt::count("audit_nonces", "200000").range(1, kMany).help("log records that are known if they come again");
inline constexpr auto kLiveDevices =
    opt::count("live_devices", "100000").range(1, kMany).help("devices with open connections that are watched");
inline constexpr auto kNoteAfter = opt::duration("note_after", "1h")
                                       .range(0, kDay)
                                       .help("how long after a connection's end its controller may note on it");
inline constexpr auto kHeld =
    opt::count("max_held", "10000").range(1, kMany).help("questions of signalling that wait for the database at once");
inline constexpr auto kReserved = opt::duration("reserved_ids", "30d")
                                      .range(0, 3650 * kDay)
                                      .help("how long the old id of a renamed device is nobody else's");

inline constexpr auto kAll =
    options(kPublicUrl, kAdmission, kInitiate, kListed, kUnassigned, kAdminsReachAll, kOwnerDisabledBlocks,
            kHideDevices, kAccessibleList, kInitiateNetworks, kConsoleNetworks, kAdminNetworks, kLoginAssigns, kPresets,
            kPurgeDevices, kPresenceEvery, kOnRelease, kCutRunning, kShareOutsideGroup, kUsersMakeBooks, kLogsAdminOnly,
            kRetention, kPasswordLogin, kSecondFactor, kClientIdle, kConsoleIdle, kConsoleLongest, kTrusted,
            kTrustDevices, kFailuresMinute, kFailuresHour, kFailuresSource, kFailureBuckets, kResetMails, kLoginWait,
            kLoginTries, kLoginsOpen, kPasswordMin, kPasswordMax, kHashMemory, kHashPasses, kHashThreads, kHashQueue,
            kMaxPeers, kLegacyPeers, kCallsAddress, kCallsDevice, kHeartbeatFlush, kEnforceEvery, kGrantClock,
            kGrantLife, kGrants, kAuditRefs, kNonces, kLiveDevices, kNoteAfter, kHeld, kReserved);

}  // namespace option

/// Of a config that was checked already: an option's choices are its enum's, in its order.
AccessPolicy read_access(const Config& config);
RosterSettings read_roster(const Config& config);
ClientSide::Settings read_client(const Config& config);
admin::AdminSide::Settings read_admin(const Config& config);
LoginSettings read_login(const Config& config);
PasswordPolicy read_passwords(const Config& config);
TicketLimits read_tickets(const Config& config);

inline int64_t seconds(Duration duration) { return std::chrono::duration_cast<std::chrono::seconds>(duration).count(); }

}  // namespace junctor::accounts
