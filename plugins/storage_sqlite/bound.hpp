// SPDX-License-Identifier: Apache-2.0
// Binding a prepared statement for one use. Lives on the thread of the statement's connection.
#pragma once

#include <SQLiteCpp/Statement.h>

#include <string>
#include <string_view>

namespace junctor::storage {

/// Values are bound without a copy and must outlive this. The statement is reset at the end: one left stepping holds a
/// read transaction open, and a WAL can never shrink then.
class Bound {
 public:
  explicit Bound(SQLite::Statement& statement) : statement_{statement} {}
  ~Bound() {
    statement_.tryReset();
    statement_.clearBindings();
  }
  Bound(const Bound&) = delete;
  Bound& operator=(const Bound&) = delete;

  Bound& text(int index, const std::string& value) {
    statement_.bindNoCopy(index, value);
    return *this;
  }
  Bound& blob(int index, std::string_view value) {
    statement_.bindNoCopy(index, value.empty() ? "" : value.data(), static_cast<int>(value.size()));
    return *this;
  }
  Bound& number(int index, int64_t value) {
    statement_.bind(index, value);
    return *this;
  }

  bool step() { return statement_.executeStep(); }
  /// Rows changed.
  int run() { return statement_.exec(); }

  /// For what must not throw: SQLite's code.
  int try_step() noexcept { return statement_.tryExecuteStep(); }

  std::string bytes(int column) const { return statement_.getColumn(column).getString(); }
  int64_t number(int column) const { return statement_.getColumn(column).getInt64(); }

 private:
  SQLite::Statement& statement_;
};

}  // namespace junctor::storage
