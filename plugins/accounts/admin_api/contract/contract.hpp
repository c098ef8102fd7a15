// SPDX-License-Identifier: Apache-2.0
// The admin API as one value: every endpoint and schema, found by name and by path. Immutable once made, [any].
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "schemas.hpp"

namespace junctor::accounts::admin {

inline constexpr std::string_view kBase = "/api/admin/v1";

struct Found {
  const Endpoint* endpoint = nullptr;                                // none: see allowed
  std::vector<std::pair<std::string_view, std::string>> parameters;  // percent-decoded
  std::string allowed;  // "GET, PATCH" where the path is known and the method is not; empty: an unknown path
};

class Contract {
 public:
  /// Throws std::logic_error for a table that names what is not there.
  Contract();

  const std::vector<const Endpoint*>& endpoints() const { return endpoints_; }
  const std::vector<const Schema*>& schemas() const { return schemas_; }
  const Schema* schema(std::string_view name) const;
  /// `path` below kBase, without query. Its cost does not grow with the number of endpoints.
  Found find(Method method, std::string_view path) const;

 private:
  struct Node {
    std::unordered_map<std::string_view, size_t> literals;
    size_t parameter = 0;  // 0: none
    std::string_view parameter_name;
    const Endpoint* by_method[5] = {};
  };

  void add(const Endpoint& one);
  void check_names() const;

  std::vector<const Endpoint*> endpoints_;
  std::vector<const Schema*> schemas_;
  std::unordered_map<std::string_view, const Schema*> by_name_;
  std::vector<Node> nodes_;
};

/// Parameters of a path that are any text; all others are GUIDs.
constexpr bool is_text_parameter(std::string_view name) { return name == "tag" || name == "connection"; }

/// "%41+" is "A+": a path's. Nothing for what is no encoding.
std::optional<std::string> percent_decoded(std::string_view text);

bool has_fields(const Schema& schema, Use use);
/// How a schema is used inside a body of `use`: one that has nothing to change is given whole.
Use use_inside(const Schema& schema, Use use);

}  // namespace junctor::accounts::admin
