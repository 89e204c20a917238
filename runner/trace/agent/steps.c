/* Breakpoints: an int3 on every statement, replaced by the original byte for the one instruction that is then executed
 * with the trap flag set. Signals that end the program end the trace first. */
#define _GNU_SOURCE
#include "agent.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

enum { INT3 = 0xCC, PUSH_RBP = 0x55, TRAP_FLAG = 0x100, STEPPED = 2 /* TRAP_TRACE */ };
/* Below the frame that a function's prologue makes: what it allocates on top (alloca, arrays of variable length). */
enum { FILLED_BELOW_FRAME = 4096, GUARD = 4096, SYSTEM_RED_ZONE = 128 };
static const struct table *about;
static const struct statement *statements;
static uint8_t *originals;
static uint64_t steps, hits, stepping;
static volatile sig_atomic_t handling;
static struct {
    uint64_t pointer, pc;
    uint32_t line;
} last;

static const struct statement *statement_at(uint64_t pc) {
    size_t low = 0, high = about->statement_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (statements[middle].address < pc) low = middle + 1;
        else high = middle;
    }
    return low < about->statement_count && statements[low].address == pc ? &statements[low] : NULL;
}

static void unplant(void) {
    for (uint32_t i = 0; i < about->statement_count; i++) *(uint8_t *)statements[i].address = originals[i];
}

void steps_stop(void) {
    agent_active = 0;
    unplant();
}

void steps_forget(void) {
    if (!agent_active) return;
    steps_stop();
    log_forget();
}

void stop_tracing(enum ending why, uint64_t value) {
    log_end(why, value);
    agent_active = 0;
    flush_stdout();
    _exit(0);
}

/* What the program did wrong, and where it stood. */
static _Noreturn void end_with(uint64_t what, uint64_t address, uint64_t detail, uint64_t sp) {
    log_record(REC_FATAL, what, address, detail);
    snapshot(0, frame_count > 0 ? frames[0].pc : 0, sp);
    stop_tracing(END_FATAL, what);
}

void fatal(uint32_t what, uint64_t address) {
    handling = 1;
    frames_walk(0, 0, 1);
    end_with(what, address, 0, (uint64_t)__builtin_frame_address(0));
}

/* Fills what will be the frame, so that what is read before it is written shows. */
static void fill_frame(uint64_t sp, uint32_t frame_bytes) {
    uint64_t wanted = frame_bytes + FILLED_BELOW_FRAME + SYSTEM_RED_ZONE, lowest = (uint64_t)STACK_BASE + GUARD;
    if (sp <= lowest || sp > (uint64_t)STACK_BASE + STACK_SIZE) return;
    uint64_t low = sp - lowest < wanted ? lowest : sp - wanted;
    memset((void *)low, agent_fill, sp - low);
}

static void record_step(const struct statement *statement, uint64_t pc, uint64_t pointer, uint64_t sp) {
    int going_on = statement->line == last.line && pointer == last.pointer && pc > last.pc;
    last.pc = pc;
    if (going_on) return;
    last.line = statement->line;
    last.pointer = pointer;
    frames_walk(pc, pointer, 0);
    uint64_t block;
    int damage = heap_damage(&block);
    if (damage) end_with((uint64_t)damage, block, pc, sp);
    snapshot(statement->line, pc, sp);
    if (++steps >= about->max_steps) stop_tracing(END_STEPS, steps);
}

/* The compiler's check called linked/bounds.c. Its first argument leads to {file, line, column, array's type, …}, and a
 * type is {kind, information, name}. */
static _Noreturn void out_of_bounds(const greg_t *registers) {
    uint64_t sp = (uint64_t)registers[REG_RSP];
    const uint64_t *where = (const uint64_t *)registers[REG_RDI];
    frames_walk(*(uint64_t *)sp - 1, (uint64_t)registers[REG_RBP], 0);
    end_with(FATAL_BOUNDS, (uint64_t)registers[REG_RSI], where[2] + 4, sp);
}

static void on_breakpoint(greg_t *registers) {
    uint64_t pc = (uint64_t)registers[REG_RIP] - 1;
    const struct statement *statement = statement_at(pc);
    if (statement == NULL) { /* an int3 of the program's own */
        frames_walk(pc, (uint64_t)registers[REG_RBP], 0);
        end_with(SIGTRAP, pc, pc, (uint64_t)registers[REG_RSP]);
    }
    if (stepping != 0 && agent_active) *(uint8_t *)stepping = INT3; /* a handler of the program's interrupted the step */
    stepping = 0;
    /* Before anybody walks the stack: the unwinder must see the address that the statement has. */
    registers[REG_RIP] = (greg_t)pc;
    uint8_t original = originals[statement - statements];
    if (!agent_active) {
        *(uint8_t *)pc = original;
        return;
    }
    if (++hits > about->max_hits) stop_tracing(END_HITS, hits);
    uint64_t sp = (uint64_t)registers[REG_RSP];
    if (statement->flags & AT_BOUNDS) out_of_bounds(registers);
    if (statement->flags & AT_ENTRY) {
        fill_frame(sp, statement->frame_bytes);
        log_record(REC_ENTRY, pc, sp + 8, 0);
        last.line = 0;
        if (original == PUSH_RBP) { /* by hand, which spares a second trap */
            registers[REG_RSP] -= 8;
            *(greg_t *)registers[REG_RSP] = registers[REG_RBP];
            registers[REG_RIP] = (greg_t)pc + 1;
            return;
        }
    } else {
        record_step(statement, pc, (uint64_t)registers[REG_RBP], sp);
    }
    *(uint8_t *)pc = original;
    stepping = pc;
    registers[REG_EFL] |= TRAP_FLAG;
}

/* A string instruction with a prefix that repeats it stays where it is until its last round. */
static int is_repeating(const greg_t *registers) {
    if (stepping == 0 || (uint64_t)registers[REG_RIP] != stepping) return 0;
    uint8_t prefix = *(const uint8_t *)stepping;
    return prefix == 0xF2 || prefix == 0xF3;
}

static void on_trap(int number, siginfo_t *info, void *context) {
    (void)number;
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    handling++;
    if (info->si_code == STEPPED && is_repeating(registers)) {
        /* one round of it; the next traps again */
    } else if (info->si_code == STEPPED) {
        registers[REG_EFL] &= ~(greg_t)TRAP_FLAG;
        if (stepping != 0 && agent_active) *(uint8_t *)stepping = INT3;
        stepping = 0;
    } else {
        on_breakpoint(registers);
    }
    handling--;
}

static void on_fatal(int number, siginfo_t *info, void *context) {
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    if (!agent_active) { /* in library code after the trace */
        signal(number, SIG_DFL);
        return;
    }
    /* The stack is so broken that looking at it faults too. */
    if (handling) stop_tracing(END_FATAL, (uint64_t)number);
    handling = 1;
    uint64_t pc = (uint64_t)registers[REG_RIP], sp = (uint64_t)registers[REG_RSP];
    uint64_t pointer = (uint64_t)registers[REG_RBP], address = (uint64_t)info->si_addr;
    if (number == SIGABRT || number == SIGXCPU) address = 0; /* the same bytes name a sender there */
    frames_walk(pc, pointer, function_at(pc) == NULL);
    if (frame_count == 0 && sp % 8 == 0) frames_walk(*(uint64_t *)sp - 1, pointer, 0); /* a call of no function */
    end_with((uint64_t)number, address, pc, sp);
}

static void on_time_over(int number) {
    (void)number;
    if (agent_active) stop_tracing(END_TIME, about->milliseconds);
}

static void handle_signals(void) {
    stack_t alternative = {.ss_sp = reserve(NULL, 1 << 18), .ss_size = 1 << 18};
    struct sigaction action = {.sa_flags = SA_SIGINFO | SA_ONSTACK, .sa_sigaction = on_trap};
    if (sigaltstack(&alternative, NULL) != 0) _exit(122);
    sigemptyset(&action.sa_mask);
    sigaction(SIGTRAP, &action, NULL);
    static const int ending[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGXCPU, SIGXFSZ};
    action.sa_sigaction = on_fatal;
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) sigaction(ending[i], &action, NULL);
    /* Processor time: how much else the machine has to do should not show in a trace. */
    struct sigaction over = {.sa_handler = on_time_over, .sa_flags = SA_ONSTACK};
    sigaction(SIGPROF, &over, NULL);
    struct timeval limit = {about->milliseconds / 1000, about->milliseconds % 1000 * 1000L};
    setitimer(ITIMER_PROF, &(struct itimerval){.it_value = limit}, NULL);
}

void steps_open(const struct table *table, const struct statement *all) {
    about = table;
    statements = all;
    originals = reserve(NULL, table->statement_count + 1);
    uint64_t from = table->text_low & ~4095ULL, to = (table->text_high + 4095) & ~4095ULL;
    if (mprotect((void *)from, to - from, PROT_READ | PROT_WRITE | PROT_EXEC) != 0) _exit(125);
    handle_signals();
    for (uint32_t i = 0; i < table->statement_count; i++) originals[i] = *(uint8_t *)statements[i].address;
    for (uint32_t i = 0; i < table->statement_count; i++) *(uint8_t *)statements[i].address = INT3;
}
