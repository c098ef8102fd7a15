// SPDX-License-Identifier: Apache-2.0
// An object of the API as JSON, with its ETag: of all that people edit, and not of what changes by itself, or nobody
// could ever save a device that is online. Values; any thread.
#pragma once

#include <string>
#include <string_view>

#include "accounts/api/json_out.hpp"

namespace junctor::accounts::admin {

class Entity {
 public:
  /// Fields that edits change.
  JsonObject fixed;
  /// Fields that change by themselves.
  JsonObject live;
  /// In place of both: JSON that was made elsewhere, none of which changes by itself.
  std::string whole;

  std::string json() const;
  /// With its quotes.
  std::string etag() const;
};

/// An ETag of any text.
std::string etag_of(std::string_view text);

/// Does an If-Match or If-None-Match of this value name the tag?
bool names_tag(std::string_view header, std::string_view tag);

/// null, where there is nothing.
inline std::string json_or_null(const std::string& json) { return json.empty() ? "null" : json; }

/// {"guid","name"}; "null" without guid.
std::string json_ref(std::string_view guid, std::string_view name);

}  // namespace junctor::accounts::admin
