// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/given.hpp"

#include <optional>

#include "tools/stock/values.hpp"
#include "wire/signing.hpp"

namespace junctor::stock {
namespace {

using Kind = Remark::Kind;

void add(Remarks* remarks, Kind kind, std::string text) { remarks->push_back({kind, std::move(text)}); }

std::string quoted(std::string_view text) { return "\"" + std::string{text} + "\""; }

/// One pass over the arguments of a stock program.
class ArgumentReader {
 public:
  ArgumentReader(Program program, const std::vector<std::string>& args, const std::string& origin, Remarks* remarks)
      : program_{program}, args_{args}, origin_{origin}, remarks_{remarks} {}

  Arguments run() {
    for (; at_ < args_.size(); ++at_) {
      const std::string_view arg = args_[at_];
      if (arg == "--help" || arg == "-h") {
        result_.help = true;
      } else if (arg == "--version" || arg == "-V") {
        result_.version = true;
      } else if (arg.substr(0, 2) == "--" && arg.size() > 2) {
        long_flag(arg.substr(2));
      } else if (arg.size() > 1 && arg.front() == '-') {
        short_flag(arg);
      } else {
        not_understood(arg);
      }
    }
    return std::move(result_);
  }

 private:
  void long_flag(std::string_view text) {
    const size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    const std::string_view rest = equals == std::string_view::npos ? "" : text.substr(equals + 1);
    if (name == "set") {
      std::string value;
      if (take("--set", equals != std::string_view::npos, rest, &value)) result_.overrides.push_back(value);
      return;
    }
    given(find_long_flag(name), "--" + std::string{name}, equals != std::string_view::npos, rest);
  }

  void short_flag(std::string_view text) {
    const std::string_view rest = text.substr(2);
    const bool equals = !rest.empty() && rest.front() == '=';
    given(find_flag(text[1]), std::string{text.substr(0, 2)}, !rest.empty(), equals ? rest.substr(1) : rest);
  }

  void given(const Setting* found, const std::string& flag, bool attached, std::string_view rest) {
    if (found == nullptr || !found->is_for(program_)) return not_understood(args_[at_]);
    std::string value;
    if (take(flag, attached, rest, &value)) result_.values[found->id] = {value, origin_ + flag};
  }

  /// A lone '-' is a value (of -k); anything else that begins with one is the next flag.
  bool take(const std::string& flag, bool attached, std::string_view rest, std::string* value) {
    if (attached) {
      *value = rest;
      return true;
    }
    const bool none = at_ + 1 == args_.size() || (args_[at_ + 1].size() > 1 && args_[at_ + 1].front() == '-');
    if (none) {
      add(remarks_, Kind::kError, origin_ + flag + " has no value");
      return false;
    }
    *value = args_[++at_];
    return true;
  }

  void not_understood(std::string_view arg) {
    add(remarks_, Kind::kError,
        origin_ + quoted(arg) + " is no argument of " + std::string{program_name(program_)} + " that is known here");
  }

  Program program_;
  const std::vector<std::string>& args_;
  const std::string& origin_;
  Remarks* remarks_;
  size_t at_ = 0;
  Arguments result_;
};

std::string text_of(Program program) { return std::string{program_name(program)}; }

/// The value of `pair` with its place. The relay is one above a PORT; what is no port is told of later, as it stands.
Given named(Program program, const Setting& setting, const Pair& pair) {
  const std::string origin = pair.origin + ": " + pair.name;
  if (setting.id != Id::kPort || program == Program::kHbbs) return {pair.value, origin};
  const auto port = parse_whole(pair.value, 1, 65534);
  return port ? Given{std::to_string(*port + 1), origin + "=" + pair.value + ", a relay is one above:"}
              : Given{pair.value, origin};
}

bool is_pair(std::string_view secret, std::string_view open) {
  const auto keys = wire::SigningKeys::parse_secret(secret);
  const auto stated = wire::parse_public_key(open);
  return keys && stated && *stated == keys->public_key();
}

bool is_name(std::string_view text) {
  constexpr std::string_view kRest = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";
  return !text.empty() && text.find_first_not_of(kRest) == std::string_view::npos;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::string_view unquoted(std::string_view text) {
  const bool pair = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  return pair ? text.substr(1, text.size() - 2) : text;
}

Values values_of(Program program, const std::vector<Pair>& pairs, Remarks* remarks) {
  Values values;
  std::map<std::string, std::string> unknown;  // by where they stand
  for (const Pair& pair : pairs) {
    const Setting* found = find_name(pair.name);
    if (found == nullptr) {
      std::string& names = unknown[pair.origin];
      if (!is_of_the_host(pair.name)) names += (names.empty() ? "" : ", ") + pair.name;
    } else if (found->id == Id::kKey && pair.value.empty()) {
      add(remarks, Kind::kWarning,
          pair.origin + ": " + pair.name + " is empty and taken for not given; only -k \"\" asks for no key");
    } else if (!pair.value.empty() && found->is_for(program)) {
      values[found->id] = named(program, *found, pair);
    } else if (!pair.value.empty()) {
      add(remarks, Kind::kNote, pair.origin + ": " + pair.name + " is not used by " + text_of(program));
    }
  }
  for (const auto& [origin, names] : unknown) {
    if (names.empty()) continue;
    const bool one = names.find(',') == std::string::npos;
    add(remarks, Kind::kNotUnderstood,
        origin + ": " + names + (one ? " is no setting" : " are no settings") +
            " of a stock server that is known here");
  }
  return values;
}

void settle_image(StartedBy started_by, Values* values, Remarks* remarks) {
  const auto take = [values](Id id) {
    auto node = values->extract(id);
    return node.empty() ? std::optional<Given>{} : std::optional{std::move(node.mapped())};
  };
  const auto relay = take(Id::kImageRelay);
  const auto encrypted = take(Id::kImageEncryptedOnly);
  const auto public_key = take(Id::kImageKeyPublic);
  const auto secret_key = take(Id::kImageKeySecret);
  if (started_by == StartedBy::kCommand) {
    for (const auto& one : {relay, encrypted, public_key, secret_key}) {
      if (one) add(remarks, Kind::kWarning, one->origin + " is read by the image with s6 alone, and not used here");
    }
    return;
  }
  if (relay) (*values)[Id::kRelayServers] = *relay;
  if (encrypted && encrypted->value == "1") {
    (*values)[Id::kKey] = {"_", encrypted->origin};
  } else if (encrypted && encrypted->value != "0") {
    add(remarks, Kind::kNotUnderstood, encrypted->origin + ": expected 1 or 0");
  }
  if (const auto& key = secret_key ? secret_key : public_key) (*values)[Id::kKey] = *key;
  if (secret_key && public_key && !is_pair(secret_key->value, public_key->value)) {
    add(remarks, Kind::kError, public_key->origin + " and " + secret_key->origin + " are no pair");
  }
}

void lay_under(const Values& weaker, Values* stronger, Remarks* remarks) {
  for (const auto& [id, given] : weaker) {
    const auto [there, added] = stronger->emplace(id, given);
    if (added || there->second.value == given.value) continue;
    add(remarks, Kind::kNote, given.origin + " is not used: " + there->second.origin + " says something else");
  }
}

Arguments parse_arguments(Program program, const std::vector<std::string>& args, const std::string& origin,
                          Remarks* remarks) {
  return ArgumentReader{program, args, origin, remarks}.run();
}

std::vector<Pair> parse_env_file(const std::string& file, std::string_view text, Remarks* remarks) {
  std::vector<Pair> pairs;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.substr(0, 7) == "export ") line = trimmed(line.substr(7));
    if (line.empty() || line.front() == '#' || line.front() == ';' || line.front() == '[') continue;
    const std::string origin = file + ":" + std::to_string(number);
    const size_t equals = line.find('=');
    const std::string_view name = trimmed(line.substr(0, equals));
    if (equals == std::string_view::npos || !is_name(name)) {
      add(remarks, Kind::kNotUnderstood, origin + ": expected NAME=VALUE");
      continue;
    }
    pairs.push_back({std::string{name}, std::string{unquoted(trimmed(line.substr(equals + 1)))}, origin});
  }
  return pairs;
}

bool split_words(std::string_view text, std::vector<std::string>* words) {
  std::string word;
  bool inside = false;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool escape = c == '\\' && quote != '\'' && i + 1 < text.size();
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      if (inside) words->push_back(std::move(word));
      word.clear();
      inside = false;
    } else if (escape) {
      word += text[++i];
      inside = true;
    } else if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
      inside = true;
    } else {
      word += c;
      inside = true;
    }
  }
  if (inside) words->push_back(std::move(word));
  return quote == 0;
}

}  // namespace junctor::stock
