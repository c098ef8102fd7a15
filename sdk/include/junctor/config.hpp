// SPDX-License-Identifier: Apache-2.0
// A plugin's options as data, and reading them typed. Options are constexpr objects at namespace scope; the class that
// JUNCTOR_PLUGIN names lists them: static constexpr auto kOptions = junctor::options(kListen, kWait).
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "config.h"
#include "result.hpp"

namespace junctor {

/// One option and the C++ type that it reads as. Copies of a constexpr one, changed by the words below.
template <class T>
struct Option {
  using Value = T;
  jct_option raw;

  constexpr Option help(const char* text) const {
    return with([text](jct_option& o) { o.help = text; });
  }
  constexpr Option live() const {
    return with([](jct_option& o) { o.flags |= JCT_OPT_LIVE; });
  }
  constexpr Option required() const {
    return with([](jct_option& o) {
      o.flags |= JCT_OPT_REQUIRED;
      o.default_text = nullptr;
    });
  }
  constexpr Option secret() const {
    return with([](jct_option& o) { o.flags |= JCT_OPT_SECRET; });
  }
  // Of a path: what becomes of it.
  constexpr Option read_file() const { return purpose(JCT_OPT_READ_FILE); }
  constexpr Option written_file() const { return purpose(JCT_OPT_WRITE_FILE); }
  constexpr Option written_dir() const { return purpose(JCT_OPT_WRITE_DIR); }
  /// Both inclusive, in the type's unit (nanoseconds, bytes, bits a second).
  constexpr Option range(int64_t min, int64_t max) const {
    return with([min, max](jct_option& o) {
      o.min = min;
      o.max = max;
    });
  }
  /// An array of it; the default text separates its elements with commas, "" is an empty array.
  constexpr Option<std::vector<T>> list() const {
    Option<std::vector<T>> copy{raw};
    copy.raw.flags |= JCT_OPT_LIST;
    return copy;
  }

 private:
  constexpr Option purpose(uint32_t flag) const {
    return with([flag](jct_option& o) { o.flags |= flag; });
  }
  template <class Change>
  constexpr Option with(Change change) const {
    Option copy = *this;
    change(copy.raw);
    return copy;
  }
};

/// A listener is opened by name (Host::listen), never read.
struct ListenerValue {};
struct RecordsValue {};

template <size_t N>
struct OptionTable {
  std::array<jct_option, N> records;
};

template <class... T>
constexpr OptionTable<sizeof...(T)> options(const Option<T>&... all) {
  return {{all.raw...}};
}

namespace detail {

/// The array of pointers that the ABI wants, over a table of static storage.
template <const auto& Table>
struct OptionPointers {
  static constexpr auto make() {
    std::array<const jct_option*, Table.records.size()> pointers{};
    for (size_t i = 0; i < pointers.size(); ++i) pointers[i] = &Table.records[i];
    return pointers;
  }
  static constexpr auto all = make();
};

constexpr jct_option option(uint32_t type, const char* name, const char* default_text) {
  return {sizeof(jct_option), type, 0, 0, name, default_text, "", 1, 0, nullptr, nullptr};
}

}  // namespace detail

/// The kinds of options; `default_text` is what an operator would write. nullptr: optional without a value.
namespace opt {

constexpr Option<bool> flag(const char* name, const char* default_text) {
  return {detail::option(JCT_OPT_BOOL, name, default_text)};
}
constexpr Option<int64_t> count(const char* name, const char* default_text) {
  return Option<int64_t>{detail::option(JCT_OPT_INT, name, default_text)}.range(0, std::numeric_limits<int64_t>::max());
}
constexpr Option<std::string> text(const char* name, const char* default_text) {
  return {detail::option(JCT_OPT_STRING, name, default_text)};
}
/// `choices` ends with nullptr and has static storage.
constexpr Option<std::string> choice(const char* name, const char* default_text, const char* const* choices) {
  Option<std::string> made{detail::option(JCT_OPT_CHOICE, name, default_text)};
  made.raw.choices = choices;
  return made;
}
constexpr Option<Duration> duration(const char* name, const char* default_text) {
  return {detail::option(JCT_OPT_DURATION, name, default_text)};
}
constexpr Option<int64_t> size(const char* name, const char* default_text) {
  return {detail::option(JCT_OPT_SIZE, name, default_text)};
}
/// Bits a second.
constexpr Option<int64_t> rate(const char* name, const char* default_text) {
  return {detail::option(JCT_OPT_RATE, name, default_text)};
}
constexpr Option<std::string> address(const char* name, const char* default_text) {
  return {detail::option(JCT_OPT_ADDRESS, name, default_text)};
}
constexpr Option<std::string> host(const char* name, const char* default_text) {
  return {detail::option(JCT_OPT_HOST, name, default_text)};
}
constexpr Option<std::string> host_port(const char* name, const char* default_text) {
  return {detail::option(JCT_OPT_HOST_PORT, name, default_text)};
}
/// An Ed25519 public key as base64.
constexpr Option<std::string> key(const char* name, const char* default_text) {
  return {detail::option(JCT_OPT_KEY, name, default_text)};
}
constexpr Option<std::string> network(const char* name, const char* default_text) {
  return {detail::option(JCT_OPT_NETWORK, name, default_text)};
}
constexpr Option<std::string> path(const char* name, const char* default_text) {
  return {detail::option(JCT_OPT_PATH, name, default_text)};
}
constexpr Option<ListenerValue> listener(const char* name, const char* default_text) {
  return {detail::option(JCT_OPT_LISTENER, name, default_text)};
}
/// The same for datagrams (UdpSocket).
constexpr Option<ListenerValue> datagrams(const char* name, const char* default_text) {
  Option<ListenerValue> made = listener(name, default_text);
  made.raw.flags |= JCT_OPT_UDP;
  return made;
}
/// An array of tables; Fields is a constexpr table of static storage made by options().
template <const auto& Fields>
constexpr Option<RecordsValue> records(const char* name) {
  Option<RecordsValue> made{detail::option(JCT_OPT_RECORDS, name, nullptr)};
  made.raw.fields = detail::OptionPointers<Fields>::all.data();
  made.raw.field_count = static_cast<uint32_t>(detail::OptionPointers<Fields>::all.size());
  return made;
}

}  // namespace opt

/// A view of checked configuration. [any]. What it reads is copied, so it may be kept past a reload.
class Config {
 public:
  Config(const jct_config_api* api, const jct_config* raw) : api_{api}, raw_{raw} {}

  /// The option's value. Throws Error where an optional one has none: ask has() first.
  template <class T>
  T operator[](const Option<T>& option) const {
    return read(option.raw.name, static_cast<T*>(nullptr));
  }

  template <class T>
  bool has(const Option<T>& option) const {
    int64_t number = 0;
    jct_str text{};
    return api_->get_int(raw_, option.raw.name, &number) == JCT_OK ||
           api_->get_str(raw_, option.raw.name, &text) == JCT_OK;
  }

  std::vector<Config> records(const Option<RecordsValue>& option) const {
    std::vector<Config> all;
    for (uint64_t i = 0, n = size_of(option.raw.name); i < n; ++i) {
      const jct_config* record = nullptr;
      require(api_->record_at(raw_, option.raw.name, i, &record), option.raw.name);
      all.emplace_back(api_, record);
    }
    return all;
  }

  std::string instance() const { return std::string{view(api_->instance(raw_))}; }

  int64_t base_port() const {
    int64_t port = 0;
    require(api_->kernel_int(raw_, "base_port", &port), "base_port");
    return port;
  }

  std::string data_dir() const {
    jct_str dir{};
    require(api_->kernel_str(raw_, "data_dir", &dir), "data_dir");
    return std::string{view(dir)};
  }

 private:
  uint64_t size_of(const char* name) const {
    uint64_t n = 0;
    require(api_->count(raw_, name, &n), name);
    return n;
  }
  int64_t number(const char* name) const {
    int64_t value = 0;
    require(api_->get_int(raw_, name, &value), name);
    return value;
  }
  bool read(const char* name, bool*) const { return number(name) != 0; }
  int64_t read(const char* name, int64_t*) const { return number(name); }
  Duration read(const char* name, Duration*) const { return Duration{number(name)}; }
  std::string read(const char* name, std::string*) const {
    jct_str value{};
    require(api_->get_str(raw_, name, &value), name);
    return std::string{view(value)};
  }
  template <class T>
  std::vector<T> read(const char* name, std::vector<T>*) const {
    std::vector<T> all;
    for (uint64_t i = 0, n = size_of(name); i < n; ++i) all.push_back(element(name, i, static_cast<T*>(nullptr)));
    return all;
  }
  std::string element(const char* name, uint64_t i, std::string*) const {
    jct_str value{};
    require(api_->str_at(raw_, name, i, &value), name);
    return std::string{view(value)};
  }
  int64_t element(const char* name, uint64_t i, int64_t*) const {
    int64_t value = 0;
    require(api_->int_at(raw_, name, i, &value), name);
    return value;
  }
  Duration element(const char* name, uint64_t i, Duration*) const {
    return Duration{element(name, i, static_cast<int64_t*>(nullptr))};
  }

  const jct_config_api* api_;
  const jct_config* raw_;
};

}  // namespace junctor
