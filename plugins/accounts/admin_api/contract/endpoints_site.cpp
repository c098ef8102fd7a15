// SPDX-License-Identifier: Apache-2.0
// Calls about logs, live sessions, settings, the overview and the site. Constant data.
#include "schemas.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr Field kConnectionFilters[] = {
    text("device", 1, 255, "part of id or name of the controlled device"),
    text("peer", 1, 255, "part of id or name of the controlling one"),
    text("user", 1, 64, "part of the user's name"),
    word("kind", "desktop|file|port_forward|camera|terminal|none", "which kind"),
    word("auth", "none|click|one_time_password|permanent_password|switched_sides", "how it was let in"),
    word("second_factor", "none|totp|trusted_device", "on the device"),
    boolean("open", "still open, or ended"),
    time("from", "from then on"),
    time("until", "before then"),
    kFormat,
};

constexpr Field kFileFilters[] = {
    text("device", 1, 255, "part of id or name of the controlled device"),
    text("peer", 1, 255, "part of id or name of the controlling one"),
    text("user", 1, 64, "part of the user's name"),
    text("path", 1, 255, "part of the path"),
    word("direction", "from_device|to_device", "which way"),
    time("from", "from then on"),
    time("until", "before then"),
    kFormat,
};

constexpr Field kAlarmFilters[] = {
    integer("type", 0, 255, "http-api.md 4.3"),
    text("account", 1, 254, "part of the account"),
    text("device", 1, 255, "part of the device's id"),
    text("peer", 1, 255, "part of id or name of who tried"),
    time("from", "from then on"),
    time("until", "before then"),
    kFormat,
};

constexpr Field kConsoleFilters[] = {
    text("operator", 1, 64, "part of the name of who did it"),
    text("type", 1, 32, "of what"),
    text("operation", 1, 64, "did what"),
    time("from", "from then on"),
    time("until", "before then"),
    kFormat,
};

constexpr Field kLoginFilters[] = {
    text("user", 1, 254, "part of the name"),
    text("method", 1, 32, "method"),
    text("result", 1, 64, "stable word"),
    boolean("success", "let in, or refused"),
    text("address", 1, 64, "address, or its begin"),
    time("from", "from then on"),
    time("until", "before then"),
    kFormat,
};

constexpr Field kHistorySpan[] = {
    word("span", "day|month", "how far back (missing: day)"),
};

constexpr Field kLiveFilters[] = {
    text("device", 1, 255, "part of id or name of the controlled device"),
    text("user", 1, 64, "part of the user's name"),
};

constexpr Endpoint audit(std::string_view id, std::string_view path, std::string_view schema,
                         std::span<const Field> fields, std::string_view help) {
  return list(id, path, schema).scoped("audit").filters(listing(fields)).sorted("-time|time").says(help);
}

constexpr Endpoint audit_export(std::string_view id, std::string_view path, std::span<const Field> fields) {
  return stream(id, path).scoped("audit").filters(fields).says("All rows of the filter, oldest first, as a stream.");
}

constexpr Endpoint kEndpoints[] = {
    audit("audit.connections", "/audit/connections", "Connection", kConnectionFilters,
          "Connections: all for whom a role says so, else one's own."),
    audit_export("audit.exportConnections", "/audit/connections/export", kConnectionFilters),
    edit("audit.note", "/audit/connections/{row}", "Connection")
        .takes("Note", Use::kEdit)
        .scoped("audit")
        .says("A note on a connection, by whoever sees the row."),
    audit("audit.files", "/audit/files", "FileRow", kFileFilters, "Transfers of files."),
    audit_export("audit.exportFiles", "/audit/files/export", kFileFilters),
    audit("audit.alarms", "/audit/alarms", "Alarm", kAlarmFilters, "Alarms."),
    audit_export("audit.exportAlarms", "/audit/alarms/export", kAlarmFilters),
    audit("audit.console", "/audit/console", "ConsoleRow", kConsoleFilters, "What was done here and by scripts."),
    audit_export("audit.exportConsole", "/audit/console/export", kConsoleFilters),
    audit("audit.logins", "/audit/logins", "LoginRow", kLoginFilters, "Who logged in, and who tried."),
    audit_export("audit.exportLogins", "/audit/logins/export", kLoginFilters),

    list("live.list", "/live", "LiveSession")
        .scoped("audit")
        .filters(kLiveFilters)
        .sorted("-started")
        .says("Connections at this moment: all for whom a role says so, else one's own."),
    act("live.disconnect", "/live/{connection}/disconnect")
        .scoped("audit")
        .says("Ends a connection: the device hears of it within 3 seconds."),

    view("overview.get", "/overview", "Overview").admin().scoped(kAllScopes).says("Numbers of the first page."),
    view("overview.history", "/overview/history", "History")
        .admin()
        .scoped(kAllScopes)
        .filters(kHistorySpan)
        .says("The last day by the hour, or the last month by the day."),
    view("site.get", "/site", "Site").says("What clients and people need to know of this site."),
    get("settings.get", "/settings", "Settings").admin().scoped(kAllScopes).says("Settings of the site."),
    edit("settings.update", "/settings", "Settings")
        .admin()
        .scoped(kAllScopes)
        .fresh()
        .says("Changes settings; they count at once. What a file sets is locked."),
    endpoint("site.openapi", Method::kGet, "/openapi.json", Answer::kDocument, {}).open().says("This document."),
};

}  // namespace

std::span<const Endpoint> site_endpoints() { return kEndpoints; }

}  // namespace junctor::accounts::admin
