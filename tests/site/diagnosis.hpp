// SPDX-License-Identifier: Apache-2.0
// What junctorctl doctor said in JSON. Values; one thread.
#pragma once

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <doctest/doctest.h>

#include <map>
#include <string>

#include "support/process.hpp"
#include "tools/junctorctl/render.hpp"

namespace junctor::site {

/// By the checks' names.
struct Diagnosis {
  int code = -1;
  std::string server;
  std::map<std::string, Poco::JSON::Object::Ptr> checks;

  static Diagnosis of(const testing::Finished& finished) {
    CAPTURE(finished.out);
    CAPTURE(finished.err);
    Diagnosis diagnosis;
    diagnosis.code = finished.code;
    const auto report = tools::parse_json(finished.out).extract<Poco::JSON::Object::Ptr>();
    diagnosis.server = report->getValue<std::string>("server");
    for (const auto& check : *report->getArray("checks")) {
      const auto one = check.extract<Poco::JSON::Object::Ptr>();
      diagnosis.checks[one->getValue<std::string>("name")] = one;
    }
    return diagnosis;
  }

  std::string text(const std::string& name, const char* member) const {
    const auto found = checks.find(name);
    REQUIRE_MESSAGE(found != checks.end(), name);
    return found->second->getValue<std::string>(member);
  }
  std::string result(const std::string& name) const { return text(name, "result"); }
  bool says(const std::string& name, const std::string& words) const {
    return (text(name, "detail") + " " + text(name, "hint")).find(words) != std::string::npos;
  }
  /// Of the checks that failed: what they said, for who reads the test.
  std::string failures() const {
    std::string out;
    for (const auto& check : checks) {
      if (check.second->getValue<std::string>("result") != "failed") continue;
      out += check.first + ": " + check.second->getValue<std::string>("detail") + "\n";
    }
    return out;
  }
  /// Of the checks whose result is `result`: their names.
  std::string names(const std::string& result) const {
    std::string out;
    for (const auto& check : checks) {
      if (check.second->getValue<std::string>("result") == result) out += (out.empty() ? "" : " ") + check.first;
    }
    return out;
  }
};

}  // namespace junctor::site
