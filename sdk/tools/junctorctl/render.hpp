// SPDX-License-Identifier: Apache-2.0
// The server's answers as people read them: tables and listings from JSON values. Pure functions, any thread.
#pragma once

#include <Poco/Dynamic/Var.h>

#include <string>
#include <string_view>
#include <vector>

namespace junctor::tools {

/// JSON text to a value whose objects keep the order of their keys. Throws Poco::Exception.
Poco::Dynamic::Var parse_json(const std::string& text);

/// The other way, on one line and in ASCII: a terminal that shows it obeys nothing that is in it.
std::string json_text(const Poco::Dynamic::Var& value);

/// One cell or value in one line. Control characters, which a peer may have sent, are shown as \xNN: a terminal obeys
/// them.
std::string cell_text(const Poco::Dynamic::Var& value);

/// A table: a line of column names, then one line a row; numbers are right-aligned; no blanks at the ends of lines.
/// `rows` may be shorter than `columns`.
std::string table(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& rows);

/// {"rows": [...]} as a table; other objects as `key  value`, with what is nested below, under its name.
std::string render(const Poco::Dynamic::Var& value);

/// A log event in JSON as the log has it by default: `TIME level=info event=...`. Text that is no event is returned as
/// it is, made harmless.
std::string event_line(const std::string& json);

}  // namespace junctor::tools
