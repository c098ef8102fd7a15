// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/core/listing.hpp"

#include <algorithm>
#include <charconv>

#include "accounts/admin_api/contract/patterns.hpp"
#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/api/json_out.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string base64url(std::string_view bytes) {
  std::string out;
  uint32_t held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = (held << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) out += kAlphabet[(held >> (bits - 6)) & 63];
  }
  if (bits > 0) out += kAlphabet[(held << (6 - bits)) & 63];
  return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string out;
  uint32_t held = 0;
  int bits = 0;
  for (const char c : text) {
    const size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    held = (held << 6) | static_cast<uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>((held >> bits) & 255);
  }
  return out;
}

std::optional<int64_t> number_of(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view bare(std::string_view sort) { return sort.substr(sort.substr(0, 1) == "-" ? 1 : 0); }

}  // namespace

std::string Cursor::text() const { return base64url(sort + '\n' + std::to_string(id) + '\n' + value); }

std::optional<Cursor> Cursor::parse(std::string_view text) {
  const auto plain = from_base64url(text);
  if (!plain || !characters(*plain)) return std::nullopt;
  const size_t first = plain->find('\n');
  const size_t second = first == std::string::npos ? first : plain->find('\n', first + 1);
  if (second == std::string::npos) return std::nullopt;
  const auto id = number_of(std::string_view{*plain}.substr(first + 1, second - first - 1));
  if (!id) return std::nullopt;
  return Cursor{plain->substr(0, first), plain->substr(second + 1), *id};
}

Listing::Listing(const Endpoint& endpoint, const Query& query, std::span<const SortColumn> columns) : query_{query} {
  limit_ = static_cast<size_t>(number_of(given("limit").value_or("")).value_or(kPage));
  counted_ = flag("count").value_or(false);
  choose_order(endpoint, columns);
  const auto cursor = given("cursor");
  if (!cursor || cursor->empty()) return;
  after_ = Cursor::parse(*cursor);
  if (!after_ || after_->sort != sort_ || (column_->number && !number_of(after_->value))) {
    throw Refused{{422,
                   "invalid",
                   "cursor: expected `next` of a page with the same order",
                   {{"cursor", "expected `next` of a page with the same order"}}}};
  }
}

void Listing::choose_order(const Endpoint& endpoint, std::span<const SortColumn> columns) {
  sort_ = given("sort").value_or(std::string{endpoint.sorts.substr(0, endpoint.sorts.find('|'))});
  down_ = sort_.substr(0, 1) == "-";
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const SortColumn& one) { return one.name == bare(sort_); });
  if (found == columns.end()) refuse(500, "fault", "No column for the order " + sort_ + ".");
  column_ = &*found;
}

std::string Listing::place(Bound bound) {
  bound_.push_back(std::move(bound));
  return "?" + std::to_string(bound_.size());
}

std::string Listing::bind(std::string_view text) { return place({false, 0, std::string{text}}); }

std::string Listing::bind_number(int64_t number) { return place({true, number, {}}); }

std::string Listing::bind_all(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& one : texts) out += (out.empty() ? "" : ", ") + bind(one);
  return out.empty() ? "NULL" : out;
}

std::optional<std::string> Listing::given(std::string_view name) const {
  const auto found = query_.find(name);
  return found == query_.end() ? std::nullopt : std::optional{found->second};
}

std::optional<bool> Listing::flag(std::string_view name) const {
  const auto value = given(name);
  return value ? std::optional{*value == "true"} : std::nullopt;
}

std::optional<int64_t> Listing::moment(std::string_view name) const {
  const auto value = given(name);
  return value ? parse_time(*value) : std::nullopt;
}

void Listing::contains(std::string_view name, std::initializer_list<std::string_view> columns) {
  const auto value = given(name);
  if (!value) return;
  const std::string at = bind("%" + like_escaped(*value) + "%");
  std::string any;
  for (const std::string_view column : columns) {
    any += (any.empty() ? "" : " OR ") + std::string{column} + " {like} " + at + " ESCAPE '\\'";
  }
  where("(" + any + ")");
}

void Listing::begins(std::string_view name, std::string_view column) {
  const auto value = given(name);
  if (value) where(std::string{column} + " {like} " + bind(like_escaped(*value) + "%") + " ESCAPE '\\'");
}

void Listing::equals(std::string_view name, std::string_view column) {
  const auto value = given(name);
  if (value) where(std::string{column} + " = " + bind(*value));
}

void Listing::between(std::string_view from, std::string_view until, std::string_view column) {
  if (const auto at = moment(from)) where(std::string{column} + " >= " + bind_number(*at));
  if (const auto at = moment(until)) where(std::string{column} + " < " + bind_number(*at));
}

std::string Listing::conditions() const {
  std::string out;
  for (const std::string& one : conditions_) out += (out.empty() ? " WHERE " : " AND ") + one;
  return out;
}

std::string Listing::statement(std::string_view columns, std::string_view from, std::string_view id) {
  filter_count_ = bound_.size();
  const std::string sort{column_->sql};
  const std::string row_id{id};
  std::string where = conditions();
  if (after_) {
    const char* beyond = down_ ? " < " : " > ";
    const std::string value = column_->number ? bind_number(*number_of(after_->value)) : bind(after_->value);
    const std::string last = bind_number(after_->id);
    where += (where.empty() ? " WHERE (" : " AND (") + sort + beyond + value + " OR (" + sort + " = " + value +
             " AND " + row_id + beyond + last + "))";
  }
  const char* way = down_ ? " DESC" : "";
  return "SELECT " + sort + ", " + row_id + ", " + std::string{columns} + " FROM " + std::string{from} + where +
         " ORDER BY " + sort + way + ", " + row_id + way + " LIMIT " + std::to_string(limit_ + 1);
}

std::string Listing::count_statement(std::string_view from) const {
  return "SELECT COUNT(*) FROM " + std::string{from} + conditions();
}

std::string Listing::plain_statement(std::string_view columns, std::string_view from) const {
  return "SELECT " + std::string{columns} + " FROM " + std::string{from} + conditions();
}

std::vector<Param> Listing::parameters() const {
  std::vector<Param> out;
  for (const Bound& one : bound_) out.push_back(one.number ? Param{one.integer} : Param{one.text});
  return out;
}

std::vector<Param> Listing::filter_parameters() const {
  std::vector<Param> out = parameters();
  out.erase(out.begin() + static_cast<ptrdiff_t>(filter_count_), out.end());
  return out;
}

std::string Listing::finish(const Sql& sql, std::string_view from, const std::vector<std::string>& items) const {
  const auto total = counted_ ? std::optional{sql.number(count_statement(from), filter_parameters())} : std::nullopt;
  return page(items, next_, total);
}

std::string Listing::page(const std::vector<std::string>& items, const std::optional<Cursor>& next,
                          std::optional<int64_t> total) {
  JsonObject out;
  out.raw("items", json_array(items));
  out.raw("next", next ? http::json_string(next->text()) : "null");
  if (total) out.put("total", *total);
  return out.str();
}

std::string like_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace junctor::accounts::admin
