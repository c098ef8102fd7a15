// SPDX-License-Identifier: Apache-2.0
// Shapes of logs, live sessions, settings, the overview, the site and what operators look at. Constant data.
#include "schemas.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr std::string_view kConnKinds = "desktop|file|port_forward|camera|terminal|none";

constexpr Field kConnection[] = {
    guid("guid", "the row").shown(),
    word("kind", kConnKinds, "none: never authorised").shown(),
    text("device_id", 0, 100, "who was controlled").shown(),
    text("device_name", 0, 255, "its name then").shown(),
    text("peer_id", 0, 100, "who controlled, as it says").shown(),
    text("peer_name", 0, 255, "as it says").shown(),
    text("user", 0, 64, "who it was, by our own signalling; empty: not known").shown(),
    text("address", 0, 64, "from where").shown(),
    time("started", "opened").shown(),
    time("ended", "null: still open").shown().or_null(),
    boolean("lost", "ended without a word").shown(),
    word("auth", "none|click|one_time_password|permanent_password|switched_sides", "how it was let in").shown(),
    word("second_factor", "none|totp|trusted_device", "on the device").shown(),
    word("path", "unknown|direct|relayed", "how the bytes went, as far as our own relay knows").shown(),
    integer("bytes", 0, 0, "through our relay; null: not known").shown().or_null(),
    text("ground", 0, 64, "which rule let it").shown(),
    text("control_role", 0, 64, "what it might do; empty: the device's own settings").shown(),
    text("note", 0, 1000, "of whoever sees the row").shown(),
};

constexpr Field kFileRow[] = {
    guid("guid", "the row").shown(),
    time("time", "when").shown(),
    text("device_id", 0, 100, "who was controlled").shown(),
    text("device_name", 0, 255, "its name then").shown(),
    text("peer_id", 0, 100, "who controlled, as it says").shown(),
    text("peer_name", 0, 255, "as it says").shown(),
    text("user", 0, 64, "by our own signalling; empty: not known").shown(),
    text("address", 0, 64, "from where").shown(),
    word("direction", "from_device|to_device", "which way").shown(),
    text("path", 0, 4096, "on the device").shown(),
    boolean("is_file", "one file; else the path is a folder").shown(),
    integer("count", 0, 0, "files").shown(),
    object("files", "FileSize", "the 10 largest").many().shown(),
};

constexpr Field kFileSize[] = {
    text("name", 0, 4096, "the file").shown(),
    integer("bytes", 0, 0, "its size").shown(),
};

constexpr Field kAlarm[] = {
    guid("guid", "the row").shown(),
    integer("type", 0, 255, "http-api.md 4.3").shown(),
    text("text", 0, 255, "the type in words").shown(),
    time("time", "when").shown(),
    text("device_id", 0, 100, "which device; empty: an account").shown(),
    text("account", 0, 254, "which account; empty: a device").shown(),
    text("peer_id", 0, 100, "who tried, as it says").shown(),
    text("peer_name", 0, 255, "as it says").shown(),
    text("address", 0, 64, "from where").shown(),
};

constexpr Field kConsoleRow[] = {
    guid("guid", "the row").shown(),
    time("time", "when").shown(),
    text("operator", 0, 64, "who").shown(),
    text("type", 0, 32, "of what").shown(),
    text("operation", 0, 64, "did what").shown(),
    text("target", 0, 255, "to what").shown(),
    text("detail", 0, 4096, "what changed").shown(),
    text("address", 0, 64, "from where").shown(),
};

constexpr Field kLoginRow[] = {
    guid("guid", "the row").shown(),
    time("time", "when").shown(),
    text("user", 0, 254, "as it was typed, or who it was").shown(),
    text("method", 0, 32, "password, totp, mail, oidc, ldap, token").shown(),
    boolean("success", "it was let in").shown(),
    text("result", 0, 64, "stable word").shown(),
    word("kind", "client|web_client|console|api|signalling", "what asked").shown(),
    text("device", 0, 255, "id, or the browser").shown(),
    text("address", 0, 64, "from where").shown(),
};

constexpr Field kNote[] = {
    text("note", 0, 1000, "replaces the row's").editable(),
};

constexpr Field kLive[] = {
    text("session", 0, 128, "names it in calls").shown(),
    object("device", "DeviceRef", "who is controlled").shown(),
    integer("connection", -2147483648LL, 2147483647LL, "its number on the device").shown(),
    word("kind", kConnKinds, "none: not yet authorised").shown(),
    text("peer_id", 0, 100, "who controls, as it says").shown(),
    text("peer_name", 0, 255, "as it says").shown(),
    text("user", 0, 64, "by our own signalling; empty: not known").shown(),
    text("address", 0, 64, "from where").shown(),
    time("started", "when").shown(),
    boolean("ending", "it was told to end").shown(),
};

constexpr Field kCount[] = {
    text("name", 0, 64, "what").shown(),
    integer("count", 0, 0, "how many").shown(),
};

constexpr Field kFirstStep[] = {
    word("step", "password|second_factor|public_url|login_required|unassigned|mail|devices", "what to do").shown(),
    boolean("done", "it is done").shown(),
    text("help", 0, 500, "why, and where").shown(),
};

constexpr Field kOverview[] = {
    integer("devices", 0, 0, "known").shown(),
    integer("devices_online", 0, 0, "there").shown(),
    integer("devices_pending", 0, 0, "wait for approval").shown(),
    integer("devices_unassigned", 0, 0, "without owner and group").shown(),
    integer("devices_conflicting", 0, 0, "odd about their identity").shown(),
    integer("users", 0, 0, "accounts").shown(),
    integer("users_disabled", 0, 0, "of them disabled").shown(),
    integer("users_without_factor", 0, 0, "of them without a second factor").shown(),
    integer("sessions", 0, 0, "log-ins that last").shown(),
    integer("connections", 0, 0, "open at this moment").shown(),
    integer("connections_today", 0, 0, "in 24 hours").shown(),
    integer("alarms_today", 0, 0, "in 24 hours").shown(),
    integer("failed_logins_today", 0, 0, "in 24 hours").shown(),
    object("systems", "Count", "devices by operating system").many().shown(),
    object("versions", "Count", "devices by client version, the most first").many().shown(),
    object("alarms", "Alarm", "the latest").many().shown(),
    object("first_steps", "FirstStep", "what a new site should see to").many().shown(),
};

constexpr Field kPoint[] = {
    time("time", "the span's begin").shown(),
    integer("connections", 0, 0, "begun in it").shown(),
    integer("alarms", 0, 0, "in it").shown(),
    integer("failed_logins", 0, 0, "in it").shown(),
};

constexpr Field kHistory[] = {
    integer("step", 0, 0, "seconds of a span").shown(),
    object("points", "HistoryPoint", "oldest first").many().shown(),
};

constexpr Field kSite[] = {
    text("version", 0, 64, "of this server").shown(),
    text("host", 0, 255, "what clients put as ID server; empty: not set").shown(),
    text("key", 0, 128, "the site's public key").shown(),
    text("api", 0, 255, "what clients put as API server").shown(),
    text("public_url", 0, 255, "where this console is reached; empty: not set").shown(),
    text("configuration", 0, 2000, "to import into a client").shown(),
    text("link", 0, 2000, "opens the client and sets it").shown(),
    text("qr", 0, 65536, "the same as SVG, for phones").shown(),
    text("executable", 0, 2000, "a name for the Windows client that sets it").shown(),
};

constexpr Field kSetting[] = {
    text("name", 0, 64, "the option's, in [accounts]").shown(),
    word("type", "choice|flag|count|duration|text|texts|networks", "what it takes").shown(),
    any("value", "what counts").shown(),
    any("default", "without anybody's doing").shown(),
    text("choices", 0, 64, "of a choice").many().shown(),
    text("low", 0, 32, "the least, of counts and durations; empty: none").shown(),
    text("high", 0, 32, "the most").shown(),
    text("help", 0, 500, "what it does").shown(),
    word("source", "default|console|file", "who set it; file: locked").shown(),
    time("changed", "when the console did; null: it did not").shown().or_null(),
    text("changed_by", 0, 64, "who").shown(),
};

constexpr Field kSettings[] = {
    object("settings", "Setting", "all that may be changed at run time").many().shown(),
    map("values", "", "*", "new values by name; null: the default again").editable(),
};

constexpr Schema kSchemas[] = {
    {"Setting", "A setting of the site.", kSetting},
    {"Settings", "Settings of the site.", kSettings},
    {"Connection", "A connection.", kConnection},
    {"FileSize", "A file.", kFileSize},
    {"FileRow", "A transfer of files.", kFileRow},
    {"Alarm", "An alarm.", kAlarm},
    {"ConsoleRow", "What somebody did here.", kConsoleRow},
    {"LoginRow", "A try to log in.", kLoginRow},
    {"Note", "A note.", kNote},
    {"LiveSession", "A connection at this moment.", kLive},
    {"Count", "A number of things.", kCount},
    {"FirstStep", "What a new site should see to.", kFirstStep},
    {"Overview", "The first page.", kOverview},
    {"HistoryPoint", "A span of time.", kPoint},
    {"History", "The last day or month.", kHistory},
    {"Site", "What clients and people need to know.", kSite},
};

}  // namespace

std::span<const Schema> site_schemas() { return kSchemas; }

}  // namespace junctor::accounts::admin
