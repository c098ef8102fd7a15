// SPDX-License-Identifier: Apache-2.0
#include "tools/doctor/report.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <algorithm>
#include <sstream>

#include "tools/junctorctl/render.hpp"

namespace junctor::tools::doctor {
namespace {

using Poco::Dynamic::Var;
using Poco::JSON::Array;
using Poco::JSON::Object;

constexpr size_t kNameWidth = 22;
constexpr size_t kColumns = 100;

const char* sign(Result result, Signs signs) {
  const bool unicode = signs == Signs::kUnicode;
  switch (result) {
    case Result::kOk:
      return unicode ? "\u2713" : "ok  ";
    case Result::kWarning:
      return unicode ? "!" : "warn";
    case Result::kFailed:
      return unicode ? "\u2717" : "FAIL";
    case Result::kSkipped:
      break;
  }
  return unicode ? "-" : "skip";
}

const char* word(Result result) {
  switch (result) {
    case Result::kOk:
      return "ok";
    case Result::kWarning:
      return "warning";
    case Result::kFailed:
      return "failed";
    case Result::kSkipped:
      break;
  }
  return "skipped";
}

std::string harmless(const std::string& text) { return cell_text(Var{text}); }

/// In lines of at most kColumns, where words allow.
std::string wrapped(const std::string& text, const std::string& indent) {
  std::istringstream words{text};
  std::string out, line, one;
  while (words >> one) {
    if (!line.empty() && indent.size() + line.size() + 1 + one.size() > kColumns) {
      out += indent + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + one;
  }
  return line.empty() ? out : out + indent + line + "\n";
}

std::string paragraphs(const Report& report, Result result) {
  std::string out;
  for (const Check& check : report.checks) {
    if (check.result != result) continue;
    out += "\n" + wrapped(check.name + ": " + harmless(check.detail), "") + wrapped(harmless(check.hint), "  ");
  }
  return out;
}

size_t count(const Report& report, Result result) {
  return static_cast<size_t>(std::count_if(report.checks.begin(), report.checks.end(),
                                           [result](const Check& check) { return check.result == result; }));
}

}  // namespace

std::string check_line(const Check& check, Signs signs) {
  const std::string blanks(kNameWidth > check.name.size() ? kNameWidth - check.name.size() : 1, ' ');
  const std::string time = check.ms ? " (" + std::to_string(*check.ms) + " ms)" : "";
  return std::string{sign(check.result, signs)} + " " + check.name + blanks + harmless(check.detail) + time + "\n";
}

std::string advice(const Report& report) {
  const std::string out = paragraphs(report, Result::kFailed) + paragraphs(report, Result::kWarning);
  const auto number = [&](Result result) { return std::to_string(count(report, result)) + " " + word(result); };
  const std::string sum = number(Result::kOk) + ", " + number(Result::kWarning) + ", " + number(Result::kFailed) +
                          ", " + number(Result::kSkipped);
  return out + "\n" + harmless(report.server) + ": " + sum + "\n";
}

Var to_json(const Report& report) {
  Array::Ptr checks = new Array;
  for (const Check& check : report.checks) {
    Object::Ptr one = new Object{Poco::JSON_PRESERVE_KEY_ORDER};
    one->set("name", check.name);
    one->set("result", std::string{word(check.result)});
    one->set("ms", check.ms ? Var{*check.ms} : Var{});
    one->set("detail", check.detail);
    one->set("hint", check.hint);
    checks->add(one);
  }
  Object::Ptr all = new Object{Poco::JSON_PRESERVE_KEY_ORDER};
  all->set("server", report.server);
  all->set("checks", checks);
  return Var{all};
}

}  // namespace junctor::tools::doctor
