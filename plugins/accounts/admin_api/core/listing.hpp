// SPDX-License-Identifier: Apache-2.0
// A page of a list as one statement: filters, order, and a cursor that stands on the last row and not on its number, so
// that a page costs the same wherever it is and rows that come or go shift nothing. Values; any thread.
#pragma once

#include <junctor/database.hpp>

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/admin_api/contract/check.hpp"

namespace junctor::accounts::admin {

/// A name that `sort` may have and what it stands for in SQL: never NULL, so that a cursor can stand on it.
struct SortColumn {
  std::string_view name;
  std::string_view sql;
  bool number = false;
};

/// Where a page ended.
struct Cursor {
  std::string sort;
  std::string value;
  int64_t id = 0;

  std::string text() const;
  static std::optional<Cursor> parse(std::string_view text);
};

class Listing {
 public:
  /// `query` has been checked against the endpoint. Throws Refused where the cursor is none, or of another order.
  Listing(const Endpoint& endpoint, const Query& query, std::span<const SortColumn> columns);

  /// A condition; its parameters are the places that bind() gave.
  void where(std::string condition) { conditions_.push_back(std::move(condition)); }
  std::string bind(std::string_view text);
  std::string bind_number(int64_t number);
  /// "?1, ?2" of many; of none a list that nothing is in.
  std::string bind_all(const std::vector<std::string>& texts);

  /// The filter's value, where the query has it.
  std::optional<std::string> given(std::string_view name) const;
  std::optional<bool> flag(std::string_view name) const;
  std::optional<int64_t> moment(std::string_view name) const;
  /// `name` as part of any of the columns, without regard to case.
  void contains(std::string_view name, std::initializer_list<std::string_view> columns);
  void begins(std::string_view name, std::string_view column);
  void equals(std::string_view name, std::string_view column);
  /// Unix seconds.
  void between(std::string_view from, std::string_view until, std::string_view column);

  /// Runs "SELECT sort, id, `columns` FROM `from` WHERE ... ": make(const Row&, size_t first) makes something of each
  /// row of the page, whose columns begin at `first`. `from` ends before WHERE.
  template <class Make>
  auto rows(const Sql& sql, std::string_view columns, std::string_view from, std::string_view id, Make&& make) {
    std::vector<std::decay_t<decltype(make(std::declval<const Row&>(), size_t{}))>> out;
    Cursor last;
    const std::string text = statement(columns, from, id);  // it binds the cursor: before the parameters are taken
    sql.exec(text, parameters(), [&](const Row& row) {
      if (out.size() == limit_) {
        next_ = last;
        return false;
      }
      out.push_back(make(row, size_t{2}));
      last = {sort_, column_->number ? std::to_string(row.integer(0)) : row.text(0), row.integer(1)};
      return true;
    });
    return out;
  }
  /// After rows(): the page of these items.
  std::string finish(const Sql& sql, std::string_view from, const std::vector<std::string>& items) const;
  /// Both, where an item is made of its row alone.
  template <class Make>
  std::string run(const Sql& sql, std::string_view columns, std::string_view from, std::string_view id, Make&& make) {
    return finish(sql, from, rows(sql, columns, from, id, std::forward<Make>(make)));
  }

  /// The page's JSON: for lists that come from elsewhere.
  static std::string page(const std::vector<std::string>& items, const std::optional<Cursor>& next,
                          std::optional<int64_t> total);

  std::string statement(std::string_view columns, std::string_view from, std::string_view id);
  std::string count_statement(std::string_view from) const;
  /// Without order and bound.
  std::string plain_statement(std::string_view columns, std::string_view from) const;
  std::vector<Param> parameters() const;
  size_t limit() const { return limit_; }
  bool counted() const { return counted_; }

 private:
  struct Bound {
    bool number;
    int64_t integer;
    std::string text;
  };
  void choose_order(const Endpoint& endpoint, std::span<const SortColumn> columns);
  std::string conditions() const;
  std::vector<Param> filter_parameters() const;
  std::string place(Bound bound);

  const Query& query_;
  std::deque<Bound> bound_;
  std::vector<std::string> conditions_;
  size_t filter_count_ = 0;
  std::string sort_;
  const SortColumn* column_ = nullptr;
  bool down_ = false;
  std::optional<Cursor> after_;
  std::optional<Cursor> next_;
  size_t limit_ = 0;
  bool counted_ = false;
};

/// A text with what LIKE takes for wild escaped by '\'.
std::string like_escaped(std::string_view text);

}  // namespace junctor::accounts::admin
