/* The command line, and the status lines that answer it. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher.h"

const struct named LAYERS[] = {
    {"adopted-orphans", ADOPTED_ORPHANS},
    {"no-new-privileges", NO_NEW_PRIVILEGES},
    {"seccomp", SECCOMP},
    {"landlock", LANDLOCK},
    {"namespaces", NAMESPACES},
    {"user-namespace", USER_NAMESPACE},
    {"hidden-launcher", HIDDEN_LAUNCHER},
    {NULL, 0},
};

const struct named LIMITS[LIMIT_COUNT] = {
    {"cpu", RLIMIT_CPU},     {"as", RLIMIT_AS},         {"fsize", RLIMIT_FSIZE},
    {"nproc", RLIMIT_NPROC}, {"nofile", RLIMIT_NOFILE}, {"stack", RLIMIT_STACK},
};

void report(const char *format, ...) {
    char line[128];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length > 0 && write(STATUS, line, (size_t)length) < 0) _exit(CANNOT_START); /* the caller is gone */
}

void fail(const char *step) {
    report("fail %s %d\n", step, errno);
    _exit(CANNOT_START);
}

static _Noreturn void refuse(void) {
    errno = EINVAL;
    fail("options");
}

static unsigned long long number(const char *text) {
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || end == text) refuse();
    return value;
}

static const char *value_of(const char *text, const char *name) {
    size_t length = strlen(name);
    return strncmp(text, name, length) == 0 && text[length] == '=' ? text + length + 1 : NULL;
}

static unsigned layer_named(const char *name) {
    for (const struct named *layer = LAYERS; layer->name != NULL; layer++) {
        if (strcmp(layer->name, name) == 0) return layer->value;
    }
    refuse();
}

static void parse_limit(struct options *options, const char *text) {
    for (int i = 0; i < LIMIT_COUNT; i++) {
        const char *value = value_of(text, LIMITS[i].name);
        if (value == NULL) continue;
        options->limits[i] = (rlim_t)number(value);
        options->limited[i] = 1;
        return;
    }
    refuse();
}

static void parse_option(struct options *options, const char *text) {
    const char *value;
    if ((value = value_of(text, "cwd")) != NULL) options->cwd = value;
    else if ((value = value_of(text, "uid")) != NULL) options->uid = (long)number(value);
    else if ((value = value_of(text, "layer")) != NULL) options->layers |= layer_named(value);
    else if ((value = value_of(text, "read")) != NULL) {
        if (options->readable_count == MAX_READABLE) refuse();
        options->readable[options->readable_count++] = value;
    } else parse_limit(options, text);
}

struct options parse(char **arguments) {
    struct options options = {.uid = -1};
    for (arguments++; *arguments != NULL && strcmp(*arguments, "--") != 0; arguments++) {
        parse_option(&options, *arguments);
    }
    if (*arguments == NULL || arguments[1] == NULL || options.cwd == NULL) refuse();
    if (options.cwd[0] != '/' || options.cwd[1] == '\0') refuse();
    if (options.uid == 0) refuse();
    options.program = arguments + 1;
    return options;
}
