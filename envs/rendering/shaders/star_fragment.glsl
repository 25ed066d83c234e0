// A star, which is added to the sky.

flat in float bright;

layout(location = 0) out vec4 colour;

void main() {
    colour = vec4(vec3(bright), 1.0);
}
